"""A simulated FRITZ!Box: the call monitor, speaking the documented lines."""
