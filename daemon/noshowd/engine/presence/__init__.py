"""Who was there: sources asked when it is due, and whom their words are about."""
