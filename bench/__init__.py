"""The comparisons: each module is a command that prints a table with the limit beside it. `python -m bench` runs them all."""
