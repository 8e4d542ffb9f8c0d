"""noshowd: notices that somebody has not turned up, and does what a courteous person would do."""

__version__ = "0.1.0"
