"""The clocks of one stream as a fold: its facts in order give its state and the deadline events."""
