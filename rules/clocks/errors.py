"""What can't be followed: a gap puts its stream aside (TIME-8), an unknown row stops the processor."""


class StreamGapError(Exception):
    """An event of a dossier is missing: its number doesn't follow the last one that was seen."""


class PutAsideError(Exception):
    """An event of a stream that was put aside, or the one because of which it was: nothing is made of it (TIME-8)."""


class StateFormatError(Exception):
    """A stored state was written in a format that this version doesn't know."""
