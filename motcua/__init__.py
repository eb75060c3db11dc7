"""The `motcua` command: starts the parts on one machine and asks them questions."""
