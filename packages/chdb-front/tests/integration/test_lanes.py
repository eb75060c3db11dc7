"""Readers can't shut the writer out: room, threads, sessions and passwords of their own. One server with a small lane."""

from __future__ import annotations

import os
import select
import socket
import stat
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest

from chdb_front.options import ServerOptions
from chdb_front.process import FrontProcess, Passwords
from front_asking import READER_PASSWORD, ask_at, start, until

pytestmark = pytest.mark.integration

HEAVY = "SELECT count() FROM numbers(100000000000) WHERE NOT ignore(sipHash64(number))"
AS_READER = {"user": "reader", "password": READER_PASSWORD}
AS_WRITER = {"user": "default", "password": "writes"}
ROOM = ServerOptions.__dataclass_fields__["reader_queries"].default


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontProcess]:
    path = tmp_path_factory.mktemp("lanes") / "clickhouse"
    path.mkdir(mode=0o755)
    running = start(
        path,
        passwords=Passwords(writer=AS_WRITER["password"], reader=READER_PASSWORD),
        arguments=("--reader-seconds", "60", "--reader-rows-to-read", "0"),
    )
    ask_at(running.url, "CREATE DATABASE shop", **AS_WRITER)
    ask_at(running.url, "CREATE TABLE shop.t (n UInt32) ENGINE = MergeTree ORDER BY n", **AS_WRITER)
    yield running
    assert running.stop() == 0


def test_while_readers_take_all_their_room_the_writer_goes_on_and_further_readers_are_told_when_to_come_back(
    own: FrontProcess,
) -> None:
    query = urlencode({"query": HEAVY, **AS_READER})
    request = f"POST /?{query} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode()
    with ExitStack() as sockets:
        readers = [sockets.enter_context(socket.create_connection((own.host, own.port))) for _ in range(2 * ROOM)]
        for reader in readers:
            reader.sendall(request)
        until(lambda: len(select.select(readers, [], [], 0)[0]) >= ROOM, 10, "those without room are answered")
        answers = [reader.recv(65536) for reader in select.select(readers, [], [], 0)[0]]
        assert len(answers) == ROOM
        assert all(answer.startswith(b"HTTP/1.1 503") and b"Retry-After: 1\r\n" in answer for answer in answers)
        for number in range(20):
            reply = ask_at(own.url, f"INSERT INTO shop.t VALUES ({number})", **AS_WRITER)
            assert reply.status == 200, reply.text
        assert ask_at(own.url, "SELECT count() FROM shop.t", **AS_WRITER).text == "20\n"
    until(lambda: ask_at(own.url, "SELECT 1", **AS_READER).status == 200, 20, "there is room again when they have left")


def test_who_guesses_passwords_has_to_wait_and_the_writer_does_not(own: FrontProcess) -> None:
    assert ask_at(own.url, "SELECT 1", **AS_READER).status == 200
    replies = [ask_at(own.url, "SELECT 1", user="reader", password=f"guess {number}") for number in range(8)]
    assert {reply.code for reply in replies[:5]} == {516}
    assert replies[-1].code == 202
    assert int(replies[-1].headers["Retry-After"]) >= 1
    assert ask_at(own.url, "SELECT 1", **AS_WRITER).status == 200
    assert ask_at(own.url, "SELECT 1", **AS_READER).status == 200


def test_nobody_else_on_the_machine_can_read_the_data_folder(own: FrontProcess) -> None:
    ask_at(own.url, "INSERT INTO shop.t VALUES (1000)", **AS_WRITER)
    assert stat.S_IMODE(own.path.stat().st_mode) == 0o700
    modes = _modes_below(own.path)
    assert len(modes) > 20
    assert {path for path, mode in modes.items() if not stat.S_ISLNK(mode) and mode & 0o077} == set()


def _modes_below(folder: Path) -> dict[str, int]:
    """Of every file and folder; what a merge of the engine takes away meanwhile is gone and no fault."""
    found: dict[str, int] = {}
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            with suppress(FileNotFoundError):
                found[f"{parent}/{name}"] = os.lstat(f"{parent}/{name}").st_mode
    return found
