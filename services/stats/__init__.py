"""Statistics: reads `dossier-events` and `deadline-events`, writes ClickHouse, answers with figures, lists and reports.

Promise: a figure depends on the set of events only; duplicates, disorder, rival loaders and a replay from zero change nothing.
"""
