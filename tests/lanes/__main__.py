"""All tests in three lanes side by side: `python -m tests.lanes [options of pytest]`.

The pure lane is shown while it runs, the output of the others follows it; the last lines are pytest's own closing lines of
all three. Exit code 0 if every lane is green, else the first one's that is not.
"""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from tests.lanes.layers import LANES, read_layers

ROOT = Path(__file__).resolve().parents[2]
_PURE_STANDS_BACK = ("nice", "-n", "5")
"""The other lanes have processes that wait for each other; the pure lane takes what they leave of the cores."""


class Lane:
    """One pytest process over its lane's folders; what it prints is kept until it is asked for."""

    def __init__(self, name: str, options: Sequence[str]) -> None:
        self.name = name
        before = _PURE_STANDS_BACK if name == "pure" else ()
        command = [*before, sys.executable, "-m", "pytest", "--embedded=auto", "-o", f"cache_dir=.pytest_cache/{name}"]
        command += [*(["--color=yes"] if sys.stdout.isatty() else []), *options, *read_layers().folders(name)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._printed: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._tail = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def show(self) -> None:
        """Print what it has printed and goes on to print, until it ends."""
        while some := self._printed.get():
            self._tail = (self._tail + some)[-4096:]
            sys.stdout.buffer.write(some)
            sys.stdout.buffer.flush()

    def exit_code(self) -> int:
        return self._process.wait()

    def closing_line(self) -> str:
        """pytest's own last line: how many passed, failed, were skipped, and in how many seconds."""
        lines = self._tail.decode(errors="replace").splitlines()
        return next((line for line in reversed(lines) if line.strip()), "it printed nothing")

    def _read(self) -> None:
        assert self._process.stdout is not None
        while some := os.read(self._process.stdout.fileno(), 65536):
            self._printed.put(some)
        self._printed.put(b"")


def run(options: Sequence[str]) -> int:
    """Run the lanes to their ends; Ctrl-C reaches them too, and they end in order."""
    lanes = [Lane(name, options) for name in LANES]
    for lane in lanes:
        sys.stdout.write(f"== {lane.name} lane\n")
        sys.stdout.flush()
        lane.show()
    codes = [lane.exit_code() for lane in lanes]
    for lane in lanes:
        sys.stdout.write(f"== {lane.name} lane\n{lane.closing_line()}\n")
    return next((code for code in codes if code != 0), 0)


if __name__ == "__main__":
    try:
        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
