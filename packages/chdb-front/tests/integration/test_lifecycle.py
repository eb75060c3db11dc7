"""Starting, stopping, crashing: exit codes, readiness, order, and that what was acknowledged is there afterwards."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psutil
import pytest

from chdb_front.process import FrontProcess, Passwords, StartError, command, is_ready
from front_asking import ask_at, start, until, until_running

pytestmark = pytest.mark.integration

CREATE = "CREATE TABLE t (n UInt32) ENGINE = MergeTree ORDER BY n"
FOREVER = "SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(number)"


@pytest.mark.smoke
def test_it_is_ready_when_it_answers_and_stops_clean(data_path: Path) -> None:
    server = start(data_path)
    assert is_ready(server.url)
    assert server.stop() == 0
    assert not is_ready(server.url)
    assert [line.split(" ", 3)[2] for line in server.log().splitlines()] == ["INFO", "INFO"], server.log()


def test_the_engine_lives_in_the_zone_it_is_given(data_path: Path) -> None:
    server = start(data_path, arguments=("--timezone", "Asia/Ho_Chi_Minh"))
    reply = ask_at(server.url, "SELECT timezone(), toUnixTimestamp(toDateTime('2026-01-01 00:00:00'))")
    assert (reply.text, reply.headers["X-ClickHouse-Timezone"]) == (
        "Asia/Ho_Chi_Minh\t1767200400\n",
        "Asia/Ho_Chi_Minh",
    )
    assert server.stop() == 0


@pytest.mark.smoke
def test_acknowledged_rows_survive_a_kill_and_a_restart(data_path: Path) -> None:
    acknowledged = 0
    for round_number in range(2):
        server = start(data_path)
        if round_number == 0:
            ask_at(server.url, CREATE)
        killer = threading.Timer(0.4, server.kill)
        killer.start()
        try:
            while ask_at(server.url, f"INSERT INTO t VALUES ({acknowledged})").status == 200:
                acknowledged += 1
        except OSError:
            pass
        killer.join()
        assert acknowledged > 0
    server = start(data_path)
    # The row in flight at each kill may be there as well: it is unknown, not failed; then it was sent again.
    assert int(ask_at(server.url, f"SELECT uniqExactIf(n, n < {acknowledged}) FROM t").text) == acknowledged
    assert server.stop() == 0


def test_tables_of_the_default_database_are_there_after_a_restart(data_path: Path) -> None:
    for expected in ("1\n", "1\n2\n"):
        server = start(data_path)
        ask_at(server.url, CREATE.replace("TABLE", "TABLE IF NOT EXISTS"))
        # A dictionary in another database that reads from `default` must not be in the way of the start.
        ask_at(server.url, "CREATE DATABASE IF NOT EXISTS shop")
        made = ask_at(server.url, "CREATE DICTIONARY IF NOT EXISTS shop.d (n UInt64) PRIMARY KEY n "
                      "SOURCE(CLICKHOUSE(TABLE 't' DB 'default')) LAYOUT(FLAT()) LIFETIME(0)")  # fmt: skip
        assert made.status == 200, made.text
        ask_at(server.url, f"INSERT INTO t VALUES ({expected.count(chr(10))})")
        assert ask_at(server.url, "SELECT n FROM t ORDER BY n").text == expected
        assert ask_at(server.url, "SELECT dictHas('shop.d', toUInt64(1))").text == "1\n"
        assert server.stop() == 0, server.log()


def test_a_folder_opens_again_and_again_whatever_the_default_database_holds(data_path: Path) -> None:
    rounds: tuple[tuple[tuple[str, ...], Callable[[FrontProcess], int]], ...] = (
        ((), FrontProcess.stop),
        ((CREATE, "INSERT INTO t VALUES (1)"), FrontProcess.kill),
        (("DROP TABLE t SYNC",), FrontProcess.stop),
        ((CREATE, "INSERT INTO t VALUES (2)"), FrontProcess.kill),
    )
    for statements, end in rounds:
        server = start(data_path)
        for statement in statements:
            reply = ask_at(server.url, statement)
            assert reply.status == 200, reply.text
        engine = ask_at(server.url, "SELECT engine FROM system.databases WHERE name = 'default'").text
        end(server)
        assert engine == "Atomic\n"
    server = start(data_path)
    assert ask_at(server.url, "SELECT n FROM t").text == "2\n"
    server.stop()


PLAIN_CHDB = """
import sys
from chdb.state.sqlitelike import Connection
engine = Connection(sys.argv[1])
engine.query("CREATE TABLE t (n UInt32) ENGINE = MergeTree ORDER BY n")
engine.query("INSERT INTO t VALUES (7)")
engine.close()
"""


def test_a_folder_made_by_chdb_alone_can_be_taken_over(data_path: Path) -> None:
    data_path.mkdir()
    subprocess.run([sys.executable, "-c", PLAIN_CHDB, str(data_path / "engine")], check=True)
    for _ in range(2):
        server = start(data_path)
        assert ask_at(server.url, "SELECT n FROM t").text == "7\n"
        assert server.stop() == 0


OUTSIDE = """
import sys
from pathlib import Path
from chdb_front.engine import Engine
engine = Engine(Path(sys.argv[1]))
engine.open()
for source in ("file('/etc/passwd', LineAsString)", "url('http://127.0.0.1:1/', LineAsString)", "sqlite('/tmp/x', 't')",
               "remote('127.0.0.1:1', system.one)", "mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')", "icebergLocal('/etc')",
               "s3('http://127.0.0.1:1/bucket/x.csv', 'CSV')"):
    try:
        print(engine.text(f"SELECT * FROM {source}"))
    except Exception as error:
        print("grant READ ON" in str(error), end=" ")
engine.close()
"""


def test_the_engine_itself_refuses_every_source_behind_the_front(data_path: Path) -> None:
    line = [sys.executable, "-c", OUTSIDE, str(data_path)]
    said = subprocess.check_output(line, text=True)
    assert said.split() == ["True"] * 7


def test_sigterm_stops_in_time_while_queries_run_and_lets_an_insert_finish(data_path: Path) -> None:
    server = start(data_path)
    ask_at(server.url, CREATE)
    insert = "INSERT INTO t SELECT number + sleepEachRow(0.04) FROM numbers(15) SETTINGS max_block_size = 1"
    with ThreadPoolExecutor(3) as threads:
        reading = {"reading": "", "reading-json": " FORMAT JSON"}
        reads = [threads.submit(ask_at, server.url, FOREVER + end, query_id=name) for name, end in reading.items()]
        for name in reading:
            until_running(partial(ask_at, server.url), name)
        inserted = threads.submit(ask_at, server.url, insert, query_id="inserting")
        until_running(partial(ask_at, server.url), "inserting")
        begun = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - begun < 3.0
        assert [read.result().code for read in reads] == [394, 394]
        assert inserted.result().status == 200
    again = start(data_path)
    assert ask_at(again.url, "SELECT count() FROM t").text == "15\n"
    assert again.stop() == 0


def test_sigterm_does_not_wait_for_an_endless_insert(data_path: Path) -> None:
    server = start(data_path)
    ask_at(server.url, "CREATE TABLE t (n UInt64) ENGINE = Null")
    with ThreadPoolExecutor(1) as threads:
        endless = threads.submit(
            ask_at, server.url, "INSERT INTO t SELECT number FROM system.numbers", query_id="endless"
        )
        until_running(partial(ask_at, server.url), "endless")
        begun = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - begun < 3.0
        with pytest.raises(OSError, match=r"."):
            assert endless.result().status == 200
    assert "unfinished" in server.log()


def test_a_second_server_on_the_same_folder_says_so_and_exits_with_3(server: FrontProcess) -> None:
    with pytest.raises(StartError, match="another process uses the data folder") as caught:
        start(server.path)
    assert caught.value.exit_code == 3
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.smoke
def test_a_taken_port_is_said_and_exits_with_4(data_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(StartError, match="can't be used") as caught:
        start(data_path, port=taken.getsockname()[1])
    assert caught.value.exit_code == 4
    assert len(str(caught.value).splitlines()) == 1
    assert not data_path.exists()


def test_a_folder_the_engine_cannot_open_is_said_and_exits_with_5(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StartError, match="can't be used") as caught:
        start(tmp_path / "file")
    assert caught.value.exit_code == 5
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.smoke
def test_passwords_come_from_the_environment_and_are_demanded(data_path: Path) -> None:
    server = start(
        data_path, passwords=Passwords(writer="viết", reader="đọc"), arguments=("--memory-limit-bytes", "600000000")
    )
    assert ask_at(server.url, "SELECT 1").code == 516
    assert ask_at(server.url, "SELECT 1", user="default", password="viết").text == "1\n"
    assert "viết" not in " ".join(psutil.Process(server.pid).cmdline())
    hungry = ask_at(
        server.url, "SELECT length(groupArray(number)) FROM numbers(1000000000)", user="default", password="viết"
    )
    assert hungry.code == 241
    server.stop()


def test_the_log_holds_slow_and_failed_queries_without_their_values(server: FrontProcess) -> None:
    ask_at(server.url, "SELECT sleep(0.6), 'Nguyễn Văn A'", query_id="slow-one")
    ask_at(server.url, "SELECT 'Trần Thị B' FROM no_such_table", query_id="failed-one")
    ask_at(server.url, "INSERT INTO shop.orders FORMAT CSV\nLê Văn C,x\n", query_id="bad-data")
    lines = [line for line in server.log().splitlines() if "-one" in line or "bad-data" in line]
    assert len(lines) == 3
    assert " INFO " in lines[0]
    assert "slow 0." in lines[0]
    assert "failed code=60 UNKNOWN_TABLE user=default" in lines[1]
    assert not any(name in server.log() for name in ("Nguyễn", "Trần", "Lê Văn"))


def test_without_its_parent_the_server_stops_if_asked_to(data_path: Path) -> None:
    # The parent here is a shell that starts the server in the background and dies.
    port_file = data_path.parent / "port"
    line = command(data_path, port=0, arguments=("--exit-with-parent", "--port-file", str(port_file)))
    shell = subprocess.Popen(["sh", "-c", '"$@" 2>/dev/null & sleep 60', "sh", *line])
    until(port_file.exists, 10, "the server has a port")
    url = f"http://127.0.0.1:{port_file.read_text()}"
    assert is_ready(url)
    shell.kill()
    shell.wait()
    until(lambda: not port_file.exists(), 5, "the server has ended")
    assert not is_ready(url)
