"""Runs the programs of one machine together: in order, watched, restarted, and never left behind."""
