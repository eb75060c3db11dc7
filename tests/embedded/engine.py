"""The front as this project runs it, for tests: readers are called `supervisor` and see the database `motcua`."""

from collections.abc import Sequence
from pathlib import Path

from chdb_front import process
from chdb_front.process import FrontProcess as ClickHouseProcess
from chdb_front.process import Passwords, StartError
from motcua.addresses import DATABASE, READER

__all__ = ["ClickHouseProcess", "Passwords", "StartError", "start"]

_READER = ("--reader-user", READER, "--reader-database", DATABASE)


def start(
    path: Path, *, port: int = 0, passwords: Passwords | None = None, arguments: Sequence[str] = ()
) -> ClickHouseProcess:
    """Starts the front on `path` (port 0: a free one) and waits until it is ready. Raises StartError.

    It stops by itself, within seconds, when the process that called this is gone.
    """
    return process.start(path, port=port, passwords=passwords, arguments=(*_READER, *arguments))
