"""What stops the processor: the log it reads contradicts itself, so nobody can tell what is true (reaction: stop)."""


class StreamGapError(Exception):
    """An event of a dossier is missing: its number doesn't follow the last one that was seen."""


class StateFormatError(Exception):
    """A stored state was written in a format that this version doesn't know."""
