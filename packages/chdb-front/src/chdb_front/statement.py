"""One request as the front understands it. Plain values, nothing of HTTP and nothing of the engine."""

from __future__ import annotations

from dataclasses import dataclass, field

from chdb_front.inserts import InsertParts
from chdb_front.sql_text import masked
from chdb_front.users import User

# Statements whose answer has rows, and which may therefore be killed when nobody waits for it any more.
READS = frozenset(
    {b"SELECT", b"WITH", b"FROM", b"SHOW", b"DESCRIBE", b"DESC", b"EXPLAIN", b"EXISTS", b"VALUES", b"CHECK", b"KILL", b"TABLE"}
)  # fmt: skip
_STREAMED_STATEMENTS = frozenset({b"SELECT", b"WITH", b"FROM"})
# Chunks of these formats may be put one after the other; every other format has a head, a tail or separators.
_STREAMED_FORMATS = frozenset(
    {
        "native", "tabseparated", "tsv", "tabseparatedraw", "tsvraw", "csv", "rowbinary", "tskv", "msgpack", "lineasstring",
        "jsoneachrow", "jsonl", "jsonlines", "ndjson", "jsoncompacteachrow", "jsonstringseachrow", "jsoncompactstringseachrow",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalTable:
    """A table sent along with a query, visible to this query only."""

    name: str
    structure: str
    data_format: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWish:
    """What a request says about its session."""

    session_id: str
    timeout_seconds: float = 60.0
    must_exist: bool = False
    ends: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of one user with all that goes with it."""

    user: User
    query_id: str
    sql: bytes
    keyword: bytes
    needs_tree: bool
    insert: InsertParts | None = field(default=None, repr=False)
    output_format: str = "TabSeparated"
    parameters: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    database: str | None = None
    session: SessionWish | None = None
    external: tuple[ExternalTable, ...] = ()
    is_get: bool = False
    waits_for_end: bool = False
    encodings: tuple[str, ...] = ()
    frames: str = ""
    """The method of `compress=1`, or nothing."""
    revision: int = 0
    """`client_protocol_version`."""

    @property
    def loggable(self) -> str:
        """The statement without data, strings and numbers, on one line."""
        return masked(self.sql if self.insert is None else self.insert.head)

    @property
    def reads(self) -> bool:
        """True if the answer has rows."""
        return self.keyword in READS

    @property
    def is_revised(self) -> bool:
        """True if the answer must be written in another revision than the engine's."""
        return self.revision > 0 and self.output_format.lower() == "native"

    @property
    def is_streamed(self) -> bool:
        """True if the answer can go out while the query runs."""
        return self.comes_in_chunks and not self.waits_for_end

    @property
    def comes_in_chunks(self) -> bool:
        """True if the engine gives the answer piece by piece, and the pieces add up to the whole."""
        return self.keyword in _STREAMED_STATEMENTS and self.output_format.lower() in _STREAMED_FORMATS
