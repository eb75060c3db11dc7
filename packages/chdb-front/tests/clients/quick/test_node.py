"""@clickhouse/client for Node.js at its defaults, packed, and as the reader."""

from __future__ import annotations

import pytest

from chdb_front.process import FrontProcess
from front_programs import READER_PASSWORD, Program, assert_answers

pytestmark = [pytest.mark.integration, pytest.mark.clients, pytest.mark.timeout(600)]

READ = {
    "ping": "true",
    "row": '[{"order_id":"0","outcome":"open","accepted_at":"2026-03-02 00:00:00.000","day":"2026-03-02 00:00:00",'
    '"note":"ghi chú","tags":["a","b"]}]',
    "json": '[{"n":1000}]',
    "named": '[{"n":143}]',
    "stream": "100000",
    "unknown": "60",
    "late": "395",
}
WRITTEN = {"emptied": "true", "inserted": '"2"', "refused": "469", "kept": '[{"n":2}]'}


def test_the_client_of_node_reads_and_writes(front: FrontProcess) -> None:
    program = Program("node", "node", "npm")
    program.fetch("npm", "install", "--no-package-lock", "--no-audit", "--no-fund")
    for packing in ("plain", "packed"):
        writer = program.answers("node", "program.js", front.url, "default", "", packing)
        assert_answers(writer, READ | WRITTEN)
        assert_answers(program.answers("node", "program.js", front.url, "reader", READER_PASSWORD, packing), READ)
