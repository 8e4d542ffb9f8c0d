"""AVM FRITZ!Box: the call monitor on TCP 1012, live."""
