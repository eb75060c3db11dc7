"""clickhouse-jdbc at its defaults, as DBeaver and Metabase use it: catalogue, prepared statements, batches, time limits."""

from __future__ import annotations

import pytest

from chdb_front.process import FrontProcess
from front_programs import READER_PASSWORD, Program, assert_answers

pytestmark = [pytest.mark.integration, pytest.mark.clients, pytest.mark.timeout(900)]

READ = {
    "product": "ClickHouse true",
    "tables": "[late VIEW, orders TABLE, scratch TABLE]",
    "every table": "[late, orders, scratch]",
    "schemas": "true",
    "columns": "[order_id String, unit_id UInt32, outcome Enum8('open' = 0, 'late' = 1, 'early' = 2), accepted_at "
    "DateTime64(3, 'Asia/Ho_Chi_Minh'), opened_on Date, day DateTime('Asia/Ho_Chi_Minh'), note Nullable(String), "
    "tags Array(LowCardinality(String)), version UInt64]",
    "key": "[order_id]",
    "types": "true",
    "functions": "true",
    "row": "0 3000001 open 2026-03-01T17:00:00Z 2026-03-01T17:00:00Z 2026-03-02 ghi chú",
    "prepared": "48",
    "columns of a prepared one": "2 n",
    "most rows": "3",
    "many": "300000",
    "none": "0",
    "unknown": "Code: 60.",
    "late": "Code: 395.",
    "time limit of the engine": "Code: 159.",
    "time limit of the client": "gave up",
    "after that": "1",
}
WRITTEN = {"emptied": "0", "inserted": "2", "batch": "1000", "refused": "Code: 469.", "kept": "1002"}


def test_jdbc_reads_and_writes(front: FrontProcess) -> None:
    program = Program("java", "mvn", "javac", "java")
    program.fetch("mvn", "-q", "-B", "dependency:build-classpath", "-Dmdep.outputFile=classpath.txt")
    classpath = (program.folder / "classpath.txt").read_text(encoding="utf-8").strip() + ":."
    program.build("javac", "-encoding", "UTF-8", "-cp", classpath, "Asking.java")
    run = ("java", "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-cp", classpath, "Asking")
    assert_answers(program.answers(*run, f"{front.host}:{front.port}", "default"), READ | WRITTEN)
    # The reader's own limit of rows comes before the client's time.
    reader = program.answers(*run, f"{front.host}:{front.port}", "reader", READER_PASSWORD)
    assert_answers(reader, READ | {"time limit of the engine": "Code: 158."})
