"""Progress for people: a moving bar on a terminal, a line every two seconds where output goes to a file."""

import time
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from motcua.output import progress_console

SECONDS_BETWEEN_LINES = 2.0


class ProgressBar:
    """One step of known or growing size; `advance` and `at` may be called as often as one likes."""

    def __init__(self, what: str, total: int | None) -> None:
        self._what = what
        self._console = progress_console()
        columns = (
            TextColumn("{task.description:<28}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=self._console, disable=not self._console.is_terminal)
        self._task = self._progress.add_task(what, total=total, rate="")
        self._started_at = time.monotonic()
        self._said_at = self._started_at
        self._done = 0
        self._total = total

    def advance(self, number: int) -> None:
        """Count so many more of the units as done and show it."""
        self.at(self._done + number, self._total)

    def at(self, done: int, total: int | None) -> None:
        """Show how many of how many units are done; `total` is None while nobody knows."""
        self._done, self._total = done, total
        self._progress.update(self._task, completed=done, total=total, rate=self._rate())
        if not self._console.is_terminal and time.monotonic() - self._said_at >= SECONDS_BETWEEN_LINES:
            self._say()

    def _rate(self) -> str:
        return f"{self._done / max(0.001, time.monotonic() - self._started_at):,.0f}/s"

    def _say(self) -> None:
        self._said_at = time.monotonic()
        self._console.print(f"  {self._what}: {self._done:,} / {self._total or 0:,} ({self._rate()})")

    def __enter__(self) -> Self:
        """Show the bar from now on."""
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop showing, with a last line where there is no terminal."""
        self._progress.stop()
        if not self._console.is_terminal:
            self._say()
