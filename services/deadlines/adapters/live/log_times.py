"""How far time has come in each partition of the log, and how that survives a restart.

`LogTime` follows from the records read. A worker that reads on from a committed offset must have the one that stood there, so
it is committed with the offset, as its note. An offset without a note (the bulk path's, or none) takes what the rows tell.
"""

from rules.clocks.log_time import LogTime


class LogTimes:
    """One LogTime per partition, and how each stood after the last record that is done."""

    def __init__(self) -> None:
        self._now: dict[int, LogTime] = {}
        self._notes: dict[int, str] = {}

    def of(self, partition: int) -> LogTime:
        """The one of a partition; who folds facts changes it."""
        time = self._now.get(partition)
        if time is None:
            time = self._now[partition] = LogTime()
        return time

    def mark_done(self, partition: int) -> None:
        """All that was read of this partition is done: this is how its time stands behind it."""
        time = self.of(partition)
        self._notes[partition] = f"{time.catching_up_at}/{time.open_until}"

    def note(self, partition: int) -> str:
        """What to commit with the offset behind the last record that is done."""
        return self._notes.get(partition, "")

    def begin(self, partition: int, catching_up_at: int) -> None:
        """Begin with what the rows of the partition tell."""
        self._now[partition] = LogTime(catching_up_at=catching_up_at)
        self.mark_done(partition)

    def resume(self, partition: int, note: str) -> None:
        """Read on from a committed offset; without a note time stays as it is."""
        catching_up_at, _, open_until = note.partition("/")
        if catching_up_at.isdigit() and open_until.isdigit():
            self._now[partition] = LogTime(catching_up_at=int(catching_up_at), open_until=int(open_until))
            self.mark_done(partition)

    def clear(self) -> None:
        """Partitions moved: nothing is known any more."""
        self._now.clear()
        self._notes.clear()
