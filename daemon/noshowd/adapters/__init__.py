"""The vendors, one folder each; they know the ports and the domain, never each other."""
