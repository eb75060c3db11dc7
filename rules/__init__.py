"""The law as data and pure functions: calendars, terms, due dates, supplements, classification, ladders.

Which rule stands in which function, with its text and its tests: the contents page docs/rules.md.
"""
