"""All input and output of the intake service."""
