"""Sessions: engine connections that outlive a request. Promise: one request at a time; none leaks what it set itself.

Settings in the URL hold for one request, SET and USE of the client for the session; the engine knows only the latter,
so each request first undoes the former (back to the default) and replays the client's own SET statements.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from chdb_front.engine import Connection, Engine
from chdb_front.errors import SESSION_IS_LOCKED, SESSION_NOT_FOUND, TOO_MANY_QUERIES, refused
from chdb_front.statement import SessionWish


@dataclass(slots=True, kw_only=True)
class Session:
    """One session. `expires_at` is monotonic seconds of the event loop."""

    connection: Connection
    is_busy: bool = False
    expires_at: float = 0.0
    url_settings: tuple[str, ...] = ()
    client_sets: list[bytes] = field(default_factory=list)
    database: str = "default"
    may_have_own_tables: bool = False
    """True once it has created something: temporary tables are seen on its connection only."""


class Sessions:
    """All sessions of the server, so many for each user; used from the event loop only."""

    def __init__(self, engine: Engine, limit: int = 2000) -> None:
        self._engine = engine
        self._limit = limit
        self._by_key: dict[tuple[str, str], Session] = {}

    def acquire(self, user: str, wish: SessionWish, now: float) -> Session:
        """The session, locked. Raises QueryError if it is busy, unknown although it must exist, or one too many."""
        key = (user, wish.session_id)
        session = self._by_key.get(key)
        if session is None:
            if wish.must_exist:
                raise refused(SESSION_NOT_FOUND, f"Session {wish.session_id} not found")
            if sum(owner == user for owner, _ in self._by_key) >= self._limit:
                raise refused(TOO_MANY_QUERIES, f"Too many sessions: {self._limit} are open")
            session = self._by_key[key] = Session(connection=self._engine.connect())
        if session.is_busy:
            raise refused(SESSION_IS_LOCKED, f"Session {wish.session_id} is locked by a concurrent client.")
        session.is_busy = True
        session.expires_at = now + wish.timeout_seconds
        return session

    def release(self, user: str, wish: SessionWish, session: Session, *, keep: bool) -> None:
        """Unlocks the session; forgets it if the client ends it or it can't be trusted any more (`keep` is False)."""
        session.is_busy = False
        if wish.ends or not keep:
            self._by_key.pop((user, wish.session_id), None)
            session.connection.close()

    def close_expired(self, now: float) -> None:
        """Closes every idle session whose time is over."""
        for key, session in list(self._by_key.items()):
            if not session.is_busy and session.expires_at < now:
                del self._by_key[key]
                session.connection.close()

    def close_all(self) -> None:
        """Closes every idle session."""
        self.close_expired(float("inf"))
