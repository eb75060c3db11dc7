"""Who is responsible where, on each day, by the events of the officers: one answer for intake, statistics and commands."""
