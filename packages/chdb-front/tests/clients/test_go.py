"""clickhouse-go v2 over HTTP, what Grafana's plug-in is made of: with and without each of its packings."""

from __future__ import annotations

import pytest

from chdb_front.process import FrontProcess
from front_programs import READER_PASSWORD, Program, assert_answers

pytestmark = [pytest.mark.integration, pytest.mark.clients, pytest.mark.timeout(1200)]

READ = {
    "row": "0 3000001 open 2026-03-02T00:00:00+07:00 2026-03-02T00:00:00+07:00 [a b]",
    "day": "2026-03-02T00:00:00+07:00",
    "named": "143",
    "placed": "143",
    "unknown": "60",
    "late": "395",
    "short": "1000",
    "long": "1000",
    "pinged": "true",
    "sql": "143",
    "dsn": "opened",
    "asked": "7",
}
WRITTEN = {"batch": "1000", "refused": "469", "kept": "1000"}


def test_clickhouse_go_reads_and_writes_with_every_packing(front: FrontProcess) -> None:
    program = Program("go", "go")
    program.fetch("go", "mod", "download")
    program.build("go", "build", "-mod=mod", "-o", "program", ".")
    address = f"{front.host}:{front.port}"
    for packing in ("default", "none", "lz4", "zstd", "gzip", "deflate", "br"):
        assert_answers(program.answers("./program", address, packing, "default", ""), READ | WRITTEN)
        as_reader = program.answers("./program", address, packing, "reader", READER_PASSWORD)
        assert_answers(as_reader, READ | {"emptied": "164"})
