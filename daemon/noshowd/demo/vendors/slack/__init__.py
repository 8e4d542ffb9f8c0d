"""A simulated Slack workspace: Web API and Socket Mode on loopback, as strict as the documentation."""
