"""Files of other systems in, rows out; the rows of a run in between on the disk."""
