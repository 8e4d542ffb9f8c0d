"""What people answer, and what we ask them outside any ladder."""
