"""A front as these tests start it, plain HTTP to talk to it, and the one place of these tests where time passes."""

from __future__ import annotations

import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chdb_front import process
from chdb_front.process import FrontProcess, Passwords

READER_PASSWORD = "chỉ-đọc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back over HTTP."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def code(self) -> int:
        """ClickHouse's error code; 0 for success."""
        return int(self.headers.get("X-ClickHouse-Exception-Code", "0"))


def start(
    path: Path, *, port: int = 0, passwords: Passwords | None = None, arguments: Sequence[str] = ()
) -> FrontProcess:
    """A front whose reader sees the database `shop`. Raises StartError."""
    return process.start(path, port=port, passwords=passwords, arguments=("--reader-database", "shop", *arguments))


def until(ask: Callable[[], Any], seconds: float, what: str | Callable[[], object] = "", every: float = 0.05) -> Any:
    """Ask until the answer is true, and return it; AssertionError with `what` after so many seconds."""
    give_up_at = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < give_up_at, f"not within {seconds} s: {what() if callable(what) else what}"
        time.sleep(every)
    return answer


Ask = Callable[..., Reply]


def ask_at(url: str, sql: str | bytes | None = None, body: bytes | None = None, /, **options: object) -> Reply:
    """POST of `sql` (in the URL if there is a body beside it). `headers` and `method` are taken out of the options."""
    headers = dict(options.pop("headers", {}))  # type: ignore[call-overload]
    method = str(options.pop("method", "POST"))
    raw = sql.encode() if isinstance(sql, str) else sql
    query = {name: str(value) for name, value in options.items()}
    if raw is not None and (body is not None or method == "GET"):
        query["query"] = raw.decode()
    elif raw is not None:
        body = raw
    request = urllib.request.Request(
        f"{url}/?{urllib.parse.urlencode(query)}", data=body, headers=headers, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Reply(status=answer.status, headers=dict(answer.headers), body=answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Reply(status=error.code, headers=dict(error.headers), body=error.read())


def until_running(ask: Ask, query_id: str) -> None:
    """Wait until the engine is at work on a query, which it knows by its comment."""
    running = "SELECT Settings['log_comment'] FROM system.processes"
    until(lambda: query_id in ask(running).text, 10, f"{query_id} runs")
