"""Queries in flight. In: Statements. Out: answers and chunks.

Promise: whatever happens to the client, the connection, the session and the threads of a query are given back; a read
that nobody waits for is killed, an insert never is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from chdb_front.engine import Connection, Engine
from chdb_front.errors import (
    QUERY_ID_IN_USE,
    QUERY_WAS_CANCELLED,
    TOO_MANY_QUERIES,
    refused,
)
from chdb_front.execution import Answer, ResultStream, drop_external, start
from chdb_front.judging import Judge
from chdb_front.lanes import Lane, is_over
from chdb_front.sessions import Session, Sessions
from chdb_front.statement import Statement

_KILL_AGAIN_SECONDS = 0.25
_RETRY_SECONDS = 1
P = ParamSpec("P")
R = TypeVar("R")


class RunningQuery:
    """One admitted statement; `finish` must be called once, and may be called again."""

    def __init__(self, owner: RunningQueries, statement: Statement, lane: Lane, session: Session | None) -> None:
        self._owner = owner
        self._lane = lane
        self._session = session
        self._connection: Connection = None
        self._stream: ResultStream | None = None
        self._call: Future[Any] | None = None
        self._is_finished = False
        self.statement = statement
        self.started_at = time.monotonic()
        self.has_failed = False
        self.is_abandoned = False

    async def start(self) -> Answer | bytes | None:
        """The whole answer, or the first chunk of a stream (None: no rows). Raises QueryError."""
        if self.statement.user.is_reader:
            self.statement = await self._run(self._owner.judge.judged, self.statement)
        self._connection = self._session.connection if self._session is not None else self._owner.engine.connect()
        outcome = await self._run(start, self._owner.engine.connect, self._connection, self.statement, self._session)
        if isinstance(outcome, Answer):
            return outcome
        self._stream, first = outcome
        return first

    async def next_chunk(self) -> bytes | None:
        """The next chunk of a stream, or None at the end. Raises QueryError."""
        if self._stream is None:
            return None
        return await self._run(self._stream.next_chunk)

    async def finish(self) -> None:
        """Kills what nobody waits for, waits for the engine, then gives everything back."""
        if self._is_finished:
            return
        self._is_finished = True
        try:
            await self._let_call_end()
            if self._stream is not None:
                await self._lane.run(self._stream.close)
        finally:
            await self._give_back()

    async def _run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        self._call = call = self._lane.submit(work, *args, **kwargs)
        try:
            return await asyncio.shield(asyncio.wrap_future(call))
        except Exception:
            self.has_failed = True
            raise

    async def _let_call_end(self) -> None:
        if self._call is None or self._call.cancel():
            return
        wait = _KILL_AGAIN_SECONDS if self.is_abandoned and self.statement.reads else None
        while not self._call.done():
            if wait is not None:
                # Again and again: the first may come before the engine has registered the query.
                await self._owner.kill(self.statement.query_id)
            await is_over(self._call, wait if wait is not None else 3600.0)

    async def _give_back(self) -> None:
        try:
            if self._session is not None:
                await self._give_back_session(self._session)
            elif self._connection is not None:
                self._connection.close()
        finally:
            self._owner.forget(self.statement.query_id)

    async def _give_back_session(self, session: Session) -> None:
        wish = self.statement.session
        keep = False
        try:
            if self.statement.external:
                await self._lane.run(drop_external, session.connection, self.statement.external)
            keep = True
        finally:
            if wish is not None:
                self._owner.sessions.release(self.statement.user.name, wish, session, keep=keep)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneSize:
    """How many statements of a kind run at the same time, and how many may be running or waiting."""

    threads: int
    queries: int


class RunningQueries:
    """Admission, the lanes, and the way to stop everything."""

    def __init__(self, engine: Engine, *, writer: LaneSize, reader: LaneSize) -> None:
        self.engine = engine
        self.judge = Judge(engine)
        self.sessions = Sessions(engine)
        self._lanes = {False: Lane("writer", writer.threads), True: Lane("reader", reader.threads)}
        self._admin = Lane("admin", 1)
        self._limits = {False: writer.queries, True: reader.queries}
        self._by_id: dict[str, RunningQuery] = {}
        self._is_stopping = False

    def admit(self, statement: Statement) -> RunningQuery:
        """Registers a statement. Raises QueryError: too many, id in use, session busy, or the server stops."""
        if self._is_stopping:
            raise refused(QUERY_WAS_CANCELLED, "The server is stopping")
        is_reader = statement.user.is_reader
        limit = self._limits[is_reader]
        # Each kind has room of its own: readers can't shut the writer out.
        if sum(query.statement.user.is_reader is is_reader for query in self._by_id.values()) >= limit:
            reason = f"Too many simultaneous queries. Maximum: {limit}"
            raise refused(TOO_MANY_QUERIES, reason, retry_after_seconds=_RETRY_SECONDS)
        if statement.query_id in self._by_id:
            raise refused(QUERY_ID_IN_USE, f"Query with id = {statement.query_id} is already running.")
        session = None
        if statement.session is not None:
            now = asyncio.get_running_loop().time()
            session = self.sessions.acquire(statement.user.name, statement.session, now)
        query = RunningQuery(self, statement, self._lanes[statement.user.is_reader], session)
        self._by_id[statement.query_id] = query
        return query

    async def kill(self, query_id: str) -> None:
        """Asks the engine to stop the query."""
        await self._admin.run(self.engine.kill, query_id)

    def forget(self, query_id: str) -> None:
        """The query is over."""
        del self._by_id[query_id]

    async def stop(self, seconds: float) -> int:
        """Refuses new queries, kills reads, waits for the rest; the number of queries still running after `seconds`."""
        self._is_stopping = True
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while self._by_id and loop.time() < until:
            for query in list(self._by_id.values()):
                if query.statement.reads:
                    await self.kill(query.statement.query_id)
            await asyncio.sleep(0.05)
        left = len(self._by_id)
        if left == 0:
            self.sessions.close_all()
            self.judge.close()
        for lane in self._lanes.values():
            lane.shut_down()
        return left

    async def close_engine(self, seconds: float) -> bool:
        """True if the engine closed in time."""
        closing = self._admin.submit(self.engine.close)
        is_closed = await is_over(closing, seconds)
        self._admin.shut_down()
        return is_closed
