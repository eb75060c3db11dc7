"""The one engine of this process. In: statements from threads. Out: chDB connections and their results.

Promise: opened once, in the process that serves (a fork of an open engine hangs); a fresh connection per request, so
that no partial result of a failed query can reach another request.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from chdb_front.engine_files import write_engine_files
from chdb_front.errors import DataFolderBusyError, EngineStartError

# chDB ships no types: a connection is `chdb.state.sqlitelike.Connection`.
Connection = Any


def quoted(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def quoted_name(name: str) -> str:
    """A quoted identifier."""
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


class Engine:
    """An open data folder."""

    def __init__(self, data_path: Path, *, memory_limit_bytes: int = 0, timezone: str = "UTC") -> None:
        self._data_path = data_path
        self._memory_limit_bytes = memory_limit_bytes
        self.timezone: Final = timezone
        self.version = ""
        self._address = ""
        self._keep: Connection = None

    def open(self) -> None:
        """Opens the data folder. Raises DataFolderBusyError, EngineStartError; nothing else writes to stderr."""
        try:
            self._data_path.mkdir(parents=True, exist_ok=True)
            self._address, empty = write_engine_files(self._data_path, self._memory_limit_bytes)
        except (OSError, ValueError) as error:
            raise EngineStartError(f"the data folder can't be used: {error}") from error
        os.environ["TZ"] = self.timezone
        time.tzset()
        os.chdir(empty)
        with tempfile.TemporaryFile() as said:
            failure = self._open_quietly(said.fileno())
            said.seek(0)
            text = said.read().decode(errors="replace")
        if failure is None:
            return
        if "Cannot lock file" in text or "Cannot lock file" in failure:
            raise DataFolderBusyError(f"another process uses the data folder {self._data_path}")
        raise EngineStartError(f"the engine can't open {self._data_path}: {' '.join((text + failure).split())}")

    def _open_quietly(self, log: int) -> str | None:
        # The engine writes its start-up errors straight to file descriptor 2.
        sys.stderr.flush()
        stderr = os.dup(2)
        os.dup2(log, 2)
        try:
            # chDB imports pyarrow if it can, and this server never needs it: a third of the start, 40 MB.
            sys.modules.setdefault("pyarrow", None)  # type: ignore[arg-type]
            from chdb.state.sqlitelike import Connection as ChdbConnection  # noqa: PLC0415  # 0.5 GB, only for who serves

            self._connect = ChdbConnection
            self._keep = ChdbConnection(self._address)
            self._make_default_plain()
            self.version = self.text("SELECT version()").strip()
        except Exception as error:  # noqa: BLE001  # chDB raises bare RuntimeError and its own errors alike
            return str(error)
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
        return None

    def _make_default_plain(self) -> None:
        # chDB opens `default` as an overlay that takes every unknown table for a file; that hides the real error and
        # makes CREATE TABLE need the right to read files. Its tables live in a plain database underneath, whose UUID is
        # the name a link points to. The link comes with the first table: without it there is nothing to keep.
        link = self._data_path / "engine" / "metadata" / "default"
        settings = "SETTINGS check_table_dependencies = 0, check_referential_table_dependencies = 0"
        self._keep.query(f"DETACH DATABASE default {settings}", "Null")
        if link.is_symlink():
            self._keep.query(f"ATTACH DATABASE default UUID {quoted(link.readlink().name)} ENGINE = Atomic", "Null")
        else:
            link.with_suffix(".sql").unlink(missing_ok=True)
            self._keep.query("CREATE DATABASE default ENGINE = Atomic", "Null")

    def connect(self) -> Connection:
        """A new connection, 0.1 ms; nothing is shared with others but the data."""
        return self._connect(self._address)

    def text(self, sql: str) -> str:
        """The answer to a trusted statement of the front, as TSV."""
        answer: bytes = self._keep.query(sql, "TSVRaw").bytes() or b""
        return answer.decode(errors="replace")

    def kill(self, query_id: str) -> None:
        """Asks the engine to stop a query. chDB gives a caller no query_id, so the mark is the log comment."""
        self._keep.query(f"KILL QUERY WHERE Settings['log_comment'] = {quoted(query_id)} ASYNC", "Null")

    def close(self) -> None:
        """Closes the data folder in order."""
        self._keep.close()


def statement_count(connection: Connection, sql: bytes) -> int:
    """How many statements the engine's own parser sees; 0 if it can't parse the text."""
    native = connection._conn  # noqa: SLF001  # the wrapper does not offer it
    return int(native.classify_query(sql)["statement_count"])
