"""The stack on a bad day: whatever hangs, `motcua status` answers, names it and goes red; the page's dot tells the truth."""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psutil
import pytest

from deploy.embedded.kafka.jars import cache_root, kafka_version
from motcua.addresses import found
from motcua.stack_status import ANSWER_SECONDS, status_of
from tests.integration.stack.actions import accepted, post
from tests.integration.stack.conftest import RunningStack
from tests.integration.stack.test_commands import intake_url
from tests.waiting import until

pytestmark = pytest.mark.integration

NAMED_WHEN_FROZEN = {
    "kafka": {"kafka"},
    "clickhouse": {"clickhouse", "web"},
    "intake": {"intake"},
    "web": {"web"},
    "supervisord": {"stack"},
}
"""The program -> the parts that must be named; the page can't show figures without ClickHouse."""


@contextmanager
def frozen(stack: RunningStack, name: str) -> Iterator[None]:
    pid_file = stack.data_dir / "run" / "supervisord.pid"
    pid = int(pid_file.read_text()) if name == "supervisord" else stack.pids_of([name])[0]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def page(stack: RunningStack, path: str) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{stack.env['MOTCUA_WEB_PORT']}{path}", timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def dot(stack: RunningStack) -> str:
    status, meta = page(stack, "/api/meta.json")
    return str(meta["loading"]["state"]) if status == 200 else "away"


def test_whatever_is_frozen_status_answers_names_it_and_goes_red(stack: RunningStack) -> None:
    until(stack.is_green, 60, every=0.5)
    assert (page(stack, "/healthz")[0], dot(stack)) == (200, "current")
    with frozen(stack, "stats"):
        for name, parts in NAMED_WHEN_FROZEN.items():
            with frozen(stack, name):
                began = time.monotonic()
                seen = status_of(found(stack.env))
                assert time.monotonic() - began < ANSWER_SECONDS + 0.6, name
                assert parts <= seen["away"].keys(), (name, seen["away"])
                done = stack.run("status")
                assert done.returncode == 3
                assert all(f"AWAY {part}: " in done.stdout for part in parts)
                if name == "clickhouse":
                    assert page(stack, "/healthz") == (503, {"status": "statistics-unavailable"})
        assert "stats" in status_of(found(stack.env))["away"]
        until(lambda: dot(stack) == "silent", 60, lambda: dot(stack), every=0.5)
        silent = stack.run("figures")
        assert (silent.returncode, "what came since is not counted" in silent.stderr) == (0, True)
    until(stack.is_green, 60, lambda: stack.run("status").stdout, every=0.5)
    assert dot(stack) == "current"


@contextmanager
def no_room(stack: RunningStack, name: str) -> Iterator[None]:
    """Every write of the program to a file fails, as on a full disk."""
    process = psutil.Process(stack.pids_of([name])[0])
    before = process.rlimit(psutil.RLIMIT_FSIZE)
    process.rlimit(psutil.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        process.rlimit(psutil.RLIMIT_FSIZE, before)


def test_without_room_for_the_store_nothing_is_acknowledged_and_with_room_it_goes_on(stack: RunningStack) -> None:
    (pid,) = stack.pids_of(["intake"])
    sent = accepted(f"FD-{uuid4().hex[:8]}", "2026-03-02T08:00:00+07:00")
    with no_room(stack, "intake"):
        status, problem, headers = post(intake_url(stack), sent)
        assert (status, problem["code"], headers["Retry-After"]) == (503, "unavailable", "1")
    assert post(intake_url(stack), sent)[0] == 201
    assert stack.pids_of(["intake"]) == [pid]


def test_status_keeps_numbers_whole_on_a_narrow_terminal(stack: RunningStack) -> None:
    narrow = RunningStack(data_dir=stack.data_dir, env={**stack.env, "COLUMNS": "80"}, process=stack.process)
    seen = json.loads(stack.run("status", "--json").stdout)
    shown = narrow.run("status").stdout
    assert [one["pid"] for one in seen["processes"] if f" {one['pid']} " not in shown] == []
    assert max(map(len, (line for line in shown.splitlines() if "│" in line))) <= 80


def test_a_query_may_name_its_own_format(stack: RunningStack) -> None:
    assert stack.run("sql", "SELECT 1 AS x FORMAT JSONEachRow;").stdout == '{"x":1}\n'
    assert stack.run("sql", "--format", "CSV", "SELECT 'FORMAT TSV' AS x FORMAT Values").stdout == "('FORMAT TSV')"
    assert stack.run("sql", "--json", "SELECT 1 AS x").stdout == '{"x":1}\n'


@pytest.mark.parametrize("command", [("figures",), ("report", "weekly")])
def test_a_unit_that_nobody_knows_is_a_usage_error(stack: RunningStack, command: tuple[str, ...]) -> None:
    done = stack.run(*command, "--unit", "4019759")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("motcua: there is no unit 4019759; ")


def test_apache_kafka_is_said_to_be_fetched_only_when_it_is(stack: RunningStack) -> None:
    jars = cache_root(os.environ) / "kafka" / kafka_version()
    is_fresh = jars.stat().st_mtime > psutil.Process(stack.process.pid).create_time()
    assert ("fetching Apache Kafka" in (stack.data_dir / "up.log").read_text()) <= is_fresh
