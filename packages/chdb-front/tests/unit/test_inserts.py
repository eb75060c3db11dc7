"""Data never stays in the part of an INSERT that is run as SQL."""

from __future__ import annotations

import pytest

from chdb_front.errors import QueryError
from chdb_front.inserts import split_insert


@pytest.mark.parametrize(
    ("sql", "body", "expected"),
    [
        (b"INSERT INTO t FORMAT CSV\n1\n\n2", b"", (b"INSERT INTO t ", "CSV", b"1\n\n2")),
        (b"INSERT INTO t FORMAT CSV 1", b"", (b"INSERT INTO t ", "CSV", b"1")),
        (b"INSERT INTO t FORMAT CSV ;\r\n1", b"", (b"INSERT INTO t ", "CSV", b"1")),
        (b"INSERT INTO t FORMAT CSV\n\n1", b"", (b"INSERT INTO t ", "CSV", b"\n1")),
        (b"INSERT INTO t FORMAT CSV", b"1\n", (b"INSERT INTO t ", "CSV", b"1\n")),
        (b"INSERT INTO t FORMAT CSV\n1", b"2", (b"INSERT INTO t ", "CSV", b"1\n2")),
        (
            b"INSERT INTO t FORMAT CSV SETTINGS a = 1, b = 'x'\n1",
            b"",
            (b"INSERT INTO t  SETTINGS a = 1, b = 'x'", "CSV", b"1"),
        ),
        (b"INSERT INTO format (values) FORMAT CSV\n1", b"", (b"INSERT INTO format (values) ", "CSV", b"1")),
        (b"INSERT INTO values VALUES (1)", b"", (b"INSERT INTO values ", "Values", b" (1)")),
        (b"insert t values (1)", b"", (b"insert t ", "Values", b" (1)")),
        (b"INSERT INTO t VALUES", b"(1)", (b"INSERT INTO t ", "Values", b"\n(1)")),
        (b"INSERT INTO t (a, b) FORMAT Values (1, 2)", b"", (b"INSERT INTO t (a, b) ", "Values", b"(1, 2)")),
        (
            b"INSERT INTO FUNCTION null('x') FORMAT TSV\nSELECT 1",
            b"",
            (b"INSERT INTO FUNCTION null('x') ", "TSV", b"SELECT 1"),
        ),
    ],
)
def test_an_insert_is_cut_where_its_data_starts(sql: bytes, body: bytes, expected: tuple[bytes, str, bytes]) -> None:
    parts = split_insert(sql, body)
    assert parts is not None
    assert (parts.head, parts.data_format, parts.data) == expected


@pytest.mark.parametrize(
    "sql",
    [b"INSERT INTO t SELECT 1", b"INSERT INTO t (a) WITH 1 AS x SELECT x", b"INSERT INTO t FROM INFILE 'x' FORMAT CSV"],
)
def test_an_insert_from_a_select_has_no_data(sql: bytes) -> None:
    assert split_insert(sql, b"") is None


@pytest.mark.parametrize(
    ("sql", "body", "code"),
    [
        (b"INSERT INTO t VALUES (1); DROP TABLE t", b"", 62),
        (b"INSERT INTO t VALUES", b"(1); DROP TABLE t", 62),
        (b"INSERT INTO t FORMAT", b"", 62),
        (b"INSERT INTO t (a)", b"", 62),
        (b"INSERT INTO t", b"1", 62),
        (b"INSERT INTO t SELECT a FROM input('a UInt8') FORMAT CSV\n1", b"", 48),
        (b"INSERT INTO t SELECT a FROM input('a UInt8') FORMAT CSV", b"1", 48),
    ],
)
def test_what_cannot_be_cut_safely_is_refused(sql: bytes, body: bytes, code: int) -> None:
    with pytest.raises(QueryError) as caught:
        split_insert(sql, body)
    assert caught.value.code == code
