"""Where a statement's words, strings and comments are. In: SQL bytes. Out: tokens. Promise: never executes anything.

The engine runs every statement of a text and takes inline data for SQL in some cases (ADR 0003), so the front must know
what is quoted and what is not before a text reaches it. Strings here follow ClickHouse's lexer: backslash and doubled
quotes, heredocs `$tag$...$tag$`, `--`, `#` and `/* */` comments (not nested), and typographic quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a token is; blanks and comments are no tokens."""

    STRING = "string"
    QUOTED_NAME = "quoted name"
    WORD = "word"
    NUMBER = "number"
    SIGN = "sign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token and its place in the text; `text` of a quoted name is without its quotes."""

    kind: Kind
    start: int
    end: int
    text: bytes

    @property
    def upper(self) -> bytes:
        """For keywords: a quoted name is never one."""
        return self.text.upper() if self.kind is Kind.WORD else b""


_TOKEN = re.compile(
    rb"(?P<blank>[\s\x00\xa0]+|(?:\xc2\xa0)+|--[^\n]*|\#[ !][^\n]*|/\*.*?(?:\*/|\Z)|//[^\n]*)"
    rb"|(?P<heredoc>\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)"
    rb"|(?P<string>'(?:[^'\\]|\\.|'')*(?:'|\Z)|\xe2\x80\x98.*?\xe2\x80\x99)"
    rb"|(?P<name>\"(?:[^\"\\]|\\.|\"\")*(?:\"|\Z)|`(?:[^`\\]|\\.|``)*(?:`|\Z)|\xe2\x80\x9c.*?\xe2\x80\x9d)"
    rb"|(?P<word>[A-Za-z_\x80-\xff$][\w\x80-\xff$]*)"
    rb"|(?P<number>\d[\w.]*)"
    rb"|(?P<sign>.)",
    re.DOTALL,
)
_KINDS = {
    "heredoc": Kind.STRING,
    "string": Kind.STRING,
    "name": Kind.QUOTED_NAME,
    "word": Kind.WORD,
    "number": Kind.NUMBER,
    "sign": Kind.SIGN,
}


def tokens(sql: bytes, start: int = 0) -> Iterator[Token]:
    """The tokens from `start` on, lazily: data after an INSERT's FORMAT is never looked at unless asked for."""
    for found in _TOKEN.finditer(sql, start):
        group = found.lastgroup or "sign"
        if group == "tag":
            group = "heredoc"
        if group == "blank":
            continue
        kind = _KINDS[group]
        text = found[0]
        if kind is Kind.QUOTED_NAME:
            text = text[1:-1]
        yield Token(kind=kind, start=found.start(), end=found.end(), text=text)


def first_word(sql: bytes) -> bytes:
    """The upper-case keyword the statement starts with, past comments and opening brackets; empty if there is none."""
    for token in tokens(sql):
        if token.text != b"(":
            return token.upper
    return b""


def is_one_statement(sql: bytes) -> bool:
    """False if anything but blanks and comments follows a `;`."""
    if b";" not in sql:
        return True
    ended = False
    for token in tokens(sql):
        if token.kind is Kind.SIGN and token.text == b";":
            ended = True
        elif ended:
            return False
    return True


def masked(sql: bytes, limit: int = 300) -> str:
    """The statement on one line with every string and number replaced: logs must not hold personal data."""
    parts: list[str] = []
    length = 0
    for token in tokens(sql):
        part = "?" if token.kind in {Kind.STRING, Kind.NUMBER} else token.text.decode(errors="replace")
        parts.append(part)
        length += len(part) + 1
        if length > limit:
            parts.append("...")
            break
    return " ".join(parts)
