"""A story on a fake clock, through the same engine and store as the daemon."""
