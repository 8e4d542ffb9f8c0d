"""Pages and webhooks."""
