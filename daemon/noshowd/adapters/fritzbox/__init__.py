"""AVM FRITZ!Box: the call monitor on TCP 1012, live, and the call list over TR-064 (extra `noshowd[fritzbox]`)."""
