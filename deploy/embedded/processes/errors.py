"""What can go wrong with the programs of one machine."""

from __future__ import annotations


class StackError(Exception):
    """The programs can't be started, watched or stopped."""


class AlreadyRunningError(StackError):
    """The same run directory is in use by another foreground command."""


class NotRunningError(StackError):
    """Nothing runs on this run directory."""


class NotAnsweringError(StackError):
    """The process manager lives and did not answer in time: the machine is busy, or it is frozen. Not a death."""


class SupervisorDiedError(StackError):
    """The process manager itself ended; its programs were ended with it."""


class ProgramFailedError(StackError):
    """A program did not become healthy, or crashed too often; everything was or will be stopped.

    `program` is its name, `reason` one line, `log_tail` the last lines of its log.
    """

    def __init__(self, *, program: str, reason: str, log_tail: str) -> None:
        self.program = program
        self.reason = reason
        self.log_tail = log_tail
        super().__init__(f"{program} {reason}. The end of its log:\n{log_tail}")
