"""Slack: words to our side, and their answers over Socket Mode."""
