"""The rows of one INSERT on their way into the engine; blocking. In: InsertParts. Out: the counters of the summary.

Promise: no answer before the engine has stored every row, and its error if it has not, wherever that arose: reading the
data, a constraint, a default, a view behind the table, the disk. chDB's own streaming insert says "done" in all of these
but the first (ADR 0021), so the data is put in a file in memory, and the engine is told to insert from that file.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from chdb_front.engine import Connection, quoted, statement_count
from chdb_front.errors import SYNTAX_ERROR, QueryError, from_engine, refused
from chdb_front.inserts import InsertParts

_BLOCK_ROWS = "1048449"
"""The engine's own max_insert_block_size: as many rows make one part of a table as on a server."""
_FILE_IN_ERROR = re.compile(r": \(in file/uri [^)]*\)|: While executing File: data for INSERT was parsed from file")
_NESTED_CODE = re.compile(r"\A(Code: \d+\. DB::\w+: )(?:Code: \d+\. DB::\w+: )+")


def storing_settings(given: Mapping[str, str]) -> dict[str, str]:
    """The settings of an insert: those given, and what makes reading the file as cheap as reading a stream."""
    return {
        "input_format_parallel_parsing": "0",
        "max_threads": "1",
        "max_block_size": given.get("max_insert_block_size", _BLOCK_ROWS),
        **given,
    }


def store(connection: Connection, parts: InsertParts, parameters: Mapping[str, str]) -> dict[str, str]:
    """Stores the rows; `parameters` may be used in the statement and in VALUES.

    Raises QueryError if the engine did not store all of them.
    """
    try:
        with _file_of(parts.data) as path:
            sql = _from_file(parts, path)
            if b";" in parts.head and statement_count(connection, sql) > 1:
                raise refused(SYNTAX_ERROR, "Syntax error (Multi-statements are not allowed)")
            result = connection.query(sql, "Null", params=dict(parameters))
    except Exception as error:
        raise _without_the_file(from_engine(error)) from error
    rows, size = str(result.rows_written()), str(result.bytes_written())
    return {
        "read_rows": rows,
        "read_bytes": size,
        "written_rows": rows,
        "written_bytes": size,
        "result_rows": "0",
        "elapsed_ns": str(int(result.elapsed() * 1e9)),
    }


def _from_file(parts: InsertParts, path: str) -> bytes:
    source = f" FROM INFILE {quoted(path)} COMPRESSION 'none' ".encode()
    return parts.target + b"\n" + source + parts.settings + b"\nFORMAT " + parts.data_format.encode()


@contextmanager
def _file_of(data: bytes) -> Iterator[str]:
    """The path of a file without a name in memory, for this process only."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("insert")
        path, has_name = f"/proc/self/fd/{descriptor}", False
    else:  # macOS has none: a file that only this user can open
        descriptor, path = tempfile.mkstemp()
        has_name = True
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
        yield path
    finally:
        os.close(descriptor)
        if has_name:
            Path(path).unlink()


def _without_the_file(error: QueryError) -> QueryError:
    # The client knows nothing of a file, and the engine says the code of an error in the data twice.
    return QueryError(error.code, _NESTED_CODE.sub(r"\1", _FILE_IN_ERROR.sub("", error.text)))
