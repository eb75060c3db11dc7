"""clickhouse-go v2 over HTTP, what Grafana's plug-in is made of: with and without each of its packings."""

from __future__ import annotations

import pytest

from tests.clients.conftest import Program, assert_answers
from tests.embedded.engine import ClickHouseProcess

pytestmark = [pytest.mark.integration, pytest.mark.clients, pytest.mark.timeout(1200)]

ONE = {
    "row": "0 3000001 open 2026-03-02T00:00:00+07:00 2026-03-02T00:00:00+07:00 [a b]",
    "day": "2026-03-02T00:00:00+07:00",
    "named": "143",
    "placed": "143",
    "unknown": "60",
    "late": "395",
    "batch": "1000",
    "refused": "469",
    "kept": "1000",
}


def test_clickhouse_go_reads_and_writes_with_every_packing(front: ClickHouseProcess) -> None:
    program = Program("go", "go")
    program.fetch("go", "mod", "download")
    program.build("go", "build", "-mod=mod", "-o", "program", ".")
    for packing in ("none", "lz4", "zstd", "gzip", "deflate"):
        assert_answers(program.answers("./program", f"{front.host}:{front.port}", packing), ONE)
