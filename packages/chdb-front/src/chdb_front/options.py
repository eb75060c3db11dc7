"""The command line and the environment. In: arguments. Out: ServerOptions. The only reader of the environment here."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from chdb_front.users import Limits, User, Users

WRITER_PASSWORD_VARIABLE = "CHDB_FRONT_WRITER_PASSWORD"  # noqa: S105  # the name of a variable
READER_PASSWORD_VARIABLE = "CHDB_FRONT_READER_PASSWORD"  # noqa: S105  # the name of a variable


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """Everything the server needs to know. Bytes and seconds; port 0 takes a free one."""

    path: Path
    host: str = "127.0.0.1"
    port: int = 8123
    port_file: Path | None = None
    users: Users = field(repr=False)
    memory_limit_bytes: int = 0
    body_limit_bytes: int = 1 << 30
    timezone: str = "UTC"
    writer_threads: int = 8
    reader_threads: int = 4
    writer_queries: int = 100
    reader_queries: int = 36
    slow_seconds: float = 1.0
    exits_with_parent: bool = False


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chdb-front",
        description="The ClickHouse engine (chDB) behind the ClickHouse HTTP interface.",
        epilog=f"Passwords are better given as {WRITER_PASSWORD_VARIABLE} and {READER_PASSWORD_VARIABLE}. "
        "Exit codes: 0 stopped, 2 wrong usage, 3 data folder in use, 4 port in use, 5 the engine can't start.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('chdb-front')}")
    parser.add_argument("--path", type=Path, required=True, help="data folder")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8123, help="0 takes a free one, see --port-file")
    parser.add_argument("--port-file", type=Path, help="write the port here once the server is ready")
    parser.add_argument("--writer-user", default="default")
    parser.add_argument("--writer-password")
    parser.add_argument("--reader-user", default="reader")
    parser.add_argument("--reader-password")
    parser.add_argument("--reader-database", default="default", help="the one database the reader may read")
    limits = Limits()
    parser.add_argument("--reader-seconds", type=float, default=limits.execution_seconds, help="max_execution_time")
    parser.add_argument("--reader-result-rows", type=int, default=limits.result_rows, help="max_result_rows")
    parser.add_argument("--reader-memory-bytes", type=int, default=limits.memory_bytes, help="max_memory_usage")
    parser.add_argument("--reader-rows-to-read", type=int, default=limits.rows_to_read, help="max_rows_to_read")
    parser.add_argument("--memory-limit-bytes", type=int, default=0, help="whole engine; 0: nine tenths of the machine")
    parser.add_argument("--body-limit-bytes", type=int, default=1 << 30)
    parser.add_argument("--timezone", default="UTC", help="time zone of the engine")
    parser.add_argument("--slow-seconds", type=float, default=1.0, help="log queries that take longer")
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when the starting process is gone")
    return parser


def parse_options(arguments: Sequence[str], environment: Mapping[str, str]) -> ServerOptions:
    """Exits with code 2 and a line on stderr for wrong usage, as argparse does."""
    parser = _parser()
    given = parser.parse_args(arguments)
    writer_password = given.writer_password or environment.get(WRITER_PASSWORD_VARIABLE, "")
    reader_password = given.reader_password or environment.get(READER_PASSWORD_VARIABLE, "")
    is_loopback = given.host in {"127.0.0.1", "::1", "localhost"}
    if not (is_loopback or (writer_password and reader_password)):
        parser.error(f"--host {given.host} is not loopback: both passwords must be set")
    if given.writer_user == given.reader_user:
        parser.error("the writer and the reader need different names")
    limits = Limits(
        execution_seconds=given.reader_seconds,
        result_rows=given.reader_result_rows,
        memory_bytes=given.reader_memory_bytes,
        rows_to_read=given.reader_rows_to_read,
    )
    writer = User(name=given.writer_user, password=writer_password)
    reader = User(name=given.reader_user, password=reader_password, limits=limits, database=given.reader_database)
    return ServerOptions(
        path=given.path.absolute(),
        host=given.host,
        port=given.port,
        port_file=given.port_file.absolute() if given.port_file is not None else None,
        users=Users((writer, reader)),
        memory_limit_bytes=given.memory_limit_bytes,
        body_limit_bytes=given.body_limit_bytes,
        timezone=given.timezone,
        slow_seconds=given.slow_seconds,
        exits_with_parent=given.exit_with_parent,
    )
