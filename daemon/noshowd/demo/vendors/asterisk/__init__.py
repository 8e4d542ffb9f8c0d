"""The manager interface of a simulated Asterisk."""
