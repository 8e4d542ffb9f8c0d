"""What an event or a name means: pure functions from a calendar's words to a meeting's."""
