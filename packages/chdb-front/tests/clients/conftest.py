"""A front with a few orders, for the programs of other languages: `make clients`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chdb_front.process import FrontProcess, Passwords
from front_asking import ask_at, start
from front_programs import READER_PASSWORD

STATEMENTS = (
    "CREATE DATABASE shop",
    "CREATE TABLE shop.orders (order_id String, unit_id UInt32, outcome Enum8('open' = 0, 'late' = 1, 'early' = 2), "
    "accepted_at DateTime64(3, 'Asia/Ho_Chi_Minh'), opened_on Date, day DateTime('Asia/Ho_Chi_Minh'), note Nullable(String), "
    "tags Array(LowCardinality(String)), version UInt64) ENGINE = ReplacingMergeTree(version) ORDER BY order_id",
    "INSERT INTO shop.orders SELECT toString(number), 3000001 + number % 7, number % 3, at, '2026-03-02', at, "
    "if(number % 2, NULL, 'ghi chú'), ['a', 'b'], 1 FROM (SELECT number, "
    "toDateTime('2026-03-02 00:00:00', 'Asia/Ho_Chi_Minh') + number * 3600 AS at FROM numbers(1000))",
    "CREATE VIEW shop.late AS SELECT unit_id, count() AS n FROM shop.orders FINAL WHERE outcome = 'late' GROUP BY unit_id",
    "CREATE TABLE shop.scratch (n UInt32, s String, CONSTRAINT c CHECK n != 13) ENGINE = MergeTree ORDER BY n",
)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontProcess]:
    """A running front; its table `scratch` takes everything but the number 13."""
    running = start(tmp_path_factory.mktemp("front") / "data", passwords=Passwords(reader=READER_PASSWORD))
    for statement in STATEMENTS:
        reply = ask_at(running.url, statement)
        assert reply.status == 200, reply.text
    yield running
    running.stop()
