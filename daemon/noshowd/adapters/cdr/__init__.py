"""Call detail records of any telephone system: a table over SQL, or CSV files, described in the configuration."""
