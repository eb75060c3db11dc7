"""The law as data: rule sets, calendars and procedures, read from files and found by day."""
