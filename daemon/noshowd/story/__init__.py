"""A story on a fake clock: scripted sources and channels instead of vendors, engine and store as they are."""
