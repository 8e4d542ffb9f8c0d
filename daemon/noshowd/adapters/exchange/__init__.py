"""Exchange Server on premises through EWS: calendars, tasks, mail, free and busy. Needs the extra `exchange`.

Importing the package costs nothing; its modules import exchangelib (50 MB), so only where an account is configured.
"""
