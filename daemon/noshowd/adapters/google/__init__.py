"""Google Workspace and Gmail accounts: calendars, Meet presence, tasks, mail, free/busy."""
