"""One module for each vendor: from a table of the configuration to adapters."""
