"""What a unit was on each day, by the events of its stream (OR-1, OR-3): one answer for intake, statistics and commands."""
