"""Microsoft 365 through Graph: calendars, Teams evidence, mail, To Do, free and busy."""
