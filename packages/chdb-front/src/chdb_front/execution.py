"""One statement on one engine connection; blocking, called in a thread. In: Statement. Out: Answer or ResultStream.

Order: undo and set settings, choose the database, look at the syntax tree where needed, then run. A reader's statement
was judged before (see `judging`). Data of an insert goes in as a file (see `storing`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from chdb_front.describing import described
from chdb_front.engine import Connection, quoted, quoted_name, statement_count
from chdb_front.errors import READONLY, SYNTAX_ERROR, TOO_MANY_QUERIES, from_engine, refused
from chdb_front.forbidden import DEFINES_A_TABLE, check_calls
from chdb_front.inserts import InsertParts
from chdb_front.native_revision import LOW_CARDINALITY, Column, NativeRevision, single_blocks
from chdb_front.sessions import Session
from chdb_front.statement import ExternalTable, Statement
from chdb_front.storing import store, storing_settings
from chdb_front.syntax_tree import function_names, is_reading

_MOST_SETS = 200
_COUNTERS = ("read_rows", "read_bytes", "written_rows", "written_bytes", "result_rows", "elapsed_ns")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole result and the counters of X-ClickHouse-Summary."""

    body: bytes
    summary: dict[str, str] = field(default_factory=dict)


class ResultStream:
    """A running query; chunks are whole blocks in the output format, one each in Native."""

    def __init__(self, connection: Connection, statement: Statement, revision: NativeRevision | None) -> None:
        self._revision = revision
        self.counters: Counter[str] = Counter()
        self._stream = connection.send_query(statement.sql, statement.output_format, params=statement.parameters)

    def next_chunk(self) -> bytes | None:
        """The next bytes, or None at the end. Raises QueryError if the query fails now."""
        try:
            chunk = self._stream.fetch()
            if chunk is None:
                return None
            self.counters += Counter(_counters(chunk))
            data = chunk.bytes() or b""
            return self._revision.rewritten(data) if self._revision is not None else data
        except Exception as error:
            raise from_engine(error) from error

    def close(self) -> None:
        """Cancels what still runs."""
        self._stream.close()


def start(
    connect: Callable[[], Connection], connection: Connection, statement: Statement, session: Session | None
) -> Answer | tuple[ResultStream, bytes | None]:
    """Runs the statement, or starts it and gives the first chunk with the stream. Raises QueryError.

    `connect` is for what has to be asked beside a running query.
    """
    try:
        _prepare(connection, statement, session)
        _check(connection, statement)
        if statement.insert is not None:
            return Answer(body=b"", summary=store(connection, statement.insert, statement.parameters))
        revision = _revision(connect, connection, statement, session) if statement.is_revised else None
        if statement.is_streamed:
            stream = ResultStream(connection, statement, revision)
            return stream, stream.next_chunk()
        answer = _query(connection, statement) if revision is None else _revised(connection, statement, revision)
    except Exception as error:
        raise from_engine(error) from error
    if session is not None:
        _remember(session, statement)
    return answer


def drop_external(connection: Connection, tables: tuple[ExternalTable, ...]) -> None:
    """Takes the external tables of a request out of a session."""
    for table in tables:
        connection.query(f"DROP TEMPORARY TABLE IF EXISTS {quoted_name(table.name)}", "Null")


def _prepare(connection: Connection, statement: Statement, session: Session | None) -> None:
    settings = {**statement.settings, "log_comment": statement.query_id}
    limits = statement.user.engine_settings()
    if statement.is_get and session is None:
        settings["readonly"] = "2"
    if statement.insert is not None:
        settings = storing_settings(settings)
    if statement.is_revised and statement.revision < LOW_CARDINALITY:
        settings["low_cardinality_allow_in_native_format"] = "0"
    if session is not None:
        _undo(session, settings)
        if limits and session.client_sets:
            # What the client has lowered itself stays lower.
            _set(connection, limits)
            _replay(session)
            limits = {}
    # SET and USE also have a second effect in a session: chDB puts the partial output of a failed query before the
    # next result of the connection, and the result of these two is thrown away. There is always at least the SET.
    _set(connection, limits | settings)
    _use(connection, statement, session)
    for table in statement.external:
        connection.query(_creation(table), "Null")
        into = f"INSERT INTO {quoted_name(table.name)}".encode()
        store(connection, InsertParts(target=into, data_format=table.data_format, data=table.data), {})


def _revision(
    connect: Callable[[], Connection], connection: Connection, statement: Statement, session: Session | None
) -> NativeRevision:
    if session is not None and session.may_have_own_tables and statement.comes_in_chunks:
        columns = described(connection, statement)
        return NativeRevision(statement.revision, lambda: columns)

    def describe() -> list[Column]:
        other = connect()
        try:
            for own in () if session is None else session.client_sets:
                other.query(own, "Null")
            database = statement.database or (None if session is None else session.database)
            _prepare(other, replace(statement, external=(), database=database), None)
            for table in statement.external:
                other.query(_creation(table), "Null")
            return described(other, statement)
        finally:
            other.close()

    return NativeRevision(statement.revision, describe)


def _creation(table: ExternalTable) -> str:
    return f"CREATE TEMPORARY TABLE {quoted_name(table.name)} ({table.structure})"


def _undo(session: Session, settings: dict[str, str]) -> None:
    gone = [name for name in session.url_settings if name not in settings]
    if gone:
        session.connection.query("SET " + ", ".join(f"{name} = DEFAULT" for name in gone), "Null")
        _replay(session)
    session.url_settings = tuple(settings)


def _replay(session: Session) -> None:
    for own in session.client_sets:
        session.connection.query(own, "Null")


def _set(connection: Connection, settings: dict[str, str]) -> None:
    last = {name: settings[name] for name in ("readonly",) if name in settings}
    first = {name: value for name, value in settings.items() if name not in last}
    # `readonly` by itself and last: the engine may check a whole SET against the value it is about to get.
    for part in (first, last):
        if part:
            connection.query("SET " + ", ".join(f"{name} = {quoted(value)}" for name, value in part.items()), "Null")


def _use(connection: Connection, statement: Statement, session: Session | None) -> None:
    wanted = statement.database or statement.user.database or (session.database if session is not None else None)
    if statement.user.is_reader and wanted != statement.user.database:
        raise refused(READONLY, f"This account may only use the database {statement.user.database}")
    if wanted is not None and (wanted != "default" or session is not None):
        connection.query(f"USE {quoted_name(wanted)}", "Null")


def _check(connection: Connection, statement: Statement) -> None:
    sql = statement.sql if statement.insert is None else statement.insert.head
    # An insert is one statement by the lexer's word, and by the engine's when it parses what `storing` makes of it.
    if b";" in sql and statement.insert is None and statement_count(connection, sql) > 1:
        raise refused(SYNTAX_ERROR, "Syntax error (Multi-statements are not allowed)")
    is_session_get = statement.is_get and statement.session is not None and not statement.user.is_reader
    if not statement.needs_tree and not is_session_get:
        return
    suffix = b"" if statement.insert is None else b" FORMAT " + statement.insert.data_format.encode()
    answer = connection.query(b"EXPLAIN AST " + sql + suffix, "TSVRaw", params=statement.parameters)
    tree = (answer.bytes() or b"").decode(errors="replace")
    if is_session_get and not is_reading(tree):
        raise refused(READONLY, "A GET request may only read: Cannot execute query in readonly mode.")
    check_calls(function_names(tree), defines_a_table=statement.keyword in DEFINES_A_TABLE)


def _query(connection: Connection, statement: Statement) -> Answer:
    result = connection.query(statement.sql, statement.output_format, params=statement.parameters)
    return Answer(body=result.bytes() or b"", summary=_summary(_counters(result)))


def _counters(result: Any) -> dict[str, int]:  # chDB ships no types
    return {
        "read_rows": result.storage_rows_read(),
        "read_bytes": result.storage_bytes_read(),
        "written_rows": result.rows_written(),
        "written_bytes": result.bytes_written(),
        "result_rows": result.rows_read(),
        "elapsed_ns": int(result.elapsed() * 1e9),
    }


def _summary(counters: Mapping[str, int]) -> dict[str, str]:
    return {name: str(counters.get(name, 0)) for name in _COUNTERS}


def _revised(connection: Connection, statement: Statement, revision: NativeRevision) -> Answer:
    if not statement.comes_in_chunks:
        answer = _query(connection, statement)
        return replace(answer, body=b"".join(map(revision.rewritten, single_blocks(answer.body))))
    stream = ResultStream(connection, statement, revision)
    try:
        chunks = list(iter(stream.next_chunk, None))
    finally:
        stream.close()
    return Answer(body=b"".join(chunks), summary=_summary(stream.counters))


def _remember(session: Session, statement: Statement) -> None:
    session.may_have_own_tables = session.may_have_own_tables or statement.keyword == b"CREATE"
    if statement.keyword == b"SET" and statement.sql not in session.client_sets:
        if len(session.client_sets) >= _MOST_SETS:
            raise refused(TOO_MANY_QUERIES, f"A session remembers {_MOST_SETS} different SET statements")
        session.client_sets.append(statement.sql)
    if statement.keyword == b"USE":
        answer = session.connection.query("SELECT currentDatabase()", "TSVRaw")
        session.database = (answer.bytes() or b"default").decode().strip()
