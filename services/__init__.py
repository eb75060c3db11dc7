"""The three services; each reads and writes only what its own docstring says, and none imports another."""
