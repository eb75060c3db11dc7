"""The crate `clickhouse` at its defaults: RowBinary in LZ4 frames, both ways."""

from __future__ import annotations

import pytest

from chdb_front.process import FrontProcess
from front_programs import READER_PASSWORD, Program, assert_answers

pytestmark = [pytest.mark.integration, pytest.mark.clients, pytest.mark.timeout(1800)]

READ = {"placed": "143", "named": "143", "many": "100000", "unknown": "Code: 60.", "late": "Code: 395."}
WRITTEN = {"emptied": "()", "inserted": "()", "refused": "Code: 469.", "kept": "10000"}


def test_the_crate_reads_and_writes(front: FrontProcess) -> None:
    program = Program("rust", "cargo")
    program.fetch("cargo", "fetch", "--quiet")
    program.build("cargo", "build", "--quiet")
    run = "target/debug/program"
    assert_answers(program.answers(run, front.url, "default", ""), READ | WRITTEN)
    assert_answers(program.answers(run, front.url, "reader", READER_PASSWORD), READ)
