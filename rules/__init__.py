"""The law as data and pure functions: calendars, terms, due dates, supplements, classification, ladders."""
