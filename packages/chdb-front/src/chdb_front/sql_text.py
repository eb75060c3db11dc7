"""Where a statement's words, strings and comments are. In: SQL bytes. Out: tokens. Promise: never executes anything.

The engine runs every statement of a text and takes inline data for SQL in some cases (ADR 0003), so the front must know
what is quoted and what is not before a text reaches it. Strings here follow ClickHouse's lexer: backslash and doubled
quotes, heredocs `$tag$...$tag$`, `--`, `//`, `#` and nested `/* */` comments, and typographic quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """What a token is; blanks and comments are no tokens."""

    STRING = "string"
    QUOTED_NAME = "quoted name"
    WORD = "word"
    NUMBER = "number"
    SIGN = "sign"


class Token(NamedTuple):
    """One token and its place in the text; `text` of a quoted name is without its quotes. A tuple, for speed."""

    kind: Kind
    start: int
    end: int
    text: bytes

    @property
    def upper(self) -> bytes:
        """For keywords: a quoted name is never one."""
        return self.text.upper() if self.kind is Kind.WORD else b""


# Everything here is possessive (`*+`, `++`): a loop that can't go back keeps nothing per byte, and is never tried twice.
_STRING = rb"'(?:[^'\\]++|\\.|'')*+"
_LITERAL = rb"(?:" + _STRING + rb"'|\d[\w.]*+)"
# The second and later members of a list of literals, or of tuples of literals: an IN list of 10,000 keys has no words,
# so it is passed over at once. It starts with a comma, so it can never hide the bracket of a function call.
_MORE_LITERALS = (
    rb"(?:,\s*+(?:"
    + _LITERAL
    + rb"|\(\s*+"
    + _LITERAL
    + rb"(?:\s*+,\s*+"
    + _LITERAL
    + rb")*+\s*+\))(?=\s*+[,)])\s*+)++"
)
_TOKEN = re.compile(
    rb"(?P<literals>" + _MORE_LITERALS + rb")"
    rb"|(?P<blank>(?:[\s\x00\xa0]++|(?:\xc2\xa0)++|--[^\n]*+|\#[ !][^\n]*+|//[^\n]*+)++)"
    rb"|(?P<comment>/\*)"
    rb"|(?P<string>" + _STRING + rb"(?:'|\Z)|\xe2\x80\x98.*?(?:\xe2\x80\x99|\Z))"
    rb"|(?P<name>\"(?:[^\"\\]++|\\.|\"\")*+(?:\"|\Z)|`(?:[^`\\]++|\\.|``)*+(?:`|\Z)|\xe2\x80\x9c.*?(?:\xe2\x80\x9d|\Z))"
    rb"|(?P<dollar>\$)"
    rb"|(?P<word>[A-Za-z_\x80-\xff][\w\x80-\xff$]*+)"
    rb"|(?P<number>\d[\w.]*+)"
    rb"|(?P<sign>.)",
    re.DOTALL,
)
_HEREDOC_TAG = re.compile(rb"\$\w*+\$")
_TYPOGRAPHIC = 0xE2
_DOLLAR_WORD = re.compile(rb"\$[\w\x80-\xff$]*+")
_TAG_BEFORE_A_DOLLAR = re.compile(rb"\$\w*+(?=\$)")
_LOGGED_BYTES = 4096
_COMMENT_EDGE = re.compile(rb"/\*|\*/")
_KINDS = {
    "string": Kind.STRING,
    "name": Kind.QUOTED_NAME,
    "word": Kind.WORD,
    "number": Kind.NUMBER,
    "sign": Kind.SIGN,
}


def tokens(sql: bytes, start: int = 0) -> Iterator[Token]:
    """The tokens from `start` on, lazily: data after an INSERT's FORMAT is never looked at unless asked for."""
    place = start
    heredocs = _Heredocs(sql)
    while (found := _TOKEN.match(sql, place)) is not None:
        group = found.lastgroup or "sign"
        kind = _KINDS.get(group)
        end = found.end()
        if group == "comment":
            end = _end_of_comment(sql, end)
        elif group == "dollar":
            kind, end = heredocs.what_begins(place)
        if kind is not None:
            edge = 0 if kind is not Kind.QUOTED_NAME else 3 if sql[place] == _TYPOGRAPHIC else 1
            yield Token(kind, place, end, sql[place + edge : end - edge])
        place = end


class _Heredocs:
    """Where each `$tag$` stands last, found in one pass: a text of tags without ends is not searched again for each."""

    def __init__(self, sql: bytes) -> None:
        self._sql = sql
        self._last: dict[bytes, int] | None = None

    def what_begins(self, start: int) -> tuple[Kind, int]:
        """The heredoc or the word at a `$`, and its end."""
        tag = _HEREDOC_TAG.match(self._sql, start)
        if tag is not None and self._last_of(tag[0], start) >= tag.end():
            return Kind.STRING, self._sql.index(tag[0], tag.end()) + len(tag[0])
        word = _DOLLAR_WORD.match(self._sql, start)
        return Kind.WORD, word.end() if word is not None else start + 1

    def _last_of(self, tag: bytes, start: int) -> int:
        if self._last is None:
            self._last = {found[0] + b"$": found.start() for found in _TAG_BEFORE_A_DOLLAR.finditer(self._sql, start)}
        return self._last.get(tag, -1)


def _end_of_comment(sql: bytes, inside: int) -> int:
    depth = 1
    for found in _COMMENT_EDGE.finditer(sql, inside):
        depth += 1 if found[0] == b"/*" else -1
        if depth == 0:
            return found.end()
    return len(sql)


def first_word(words: Iterable[Token]) -> bytes:
    """The upper-case keyword the statement starts with, past opening brackets; empty if there is none."""
    for token in words:
        if token.text != b"(":
            return token.upper
    return b""


def is_one_statement(words: Iterable[Token]) -> bool:
    """False if anything but blanks and comments follows a `;`."""
    ended = False
    for token in words:
        if token.kind is Kind.SIGN and token.text == b";":
            ended = True
        elif ended:
            return False
    return True


def output_format(words: list[Token]) -> str | None:
    """The name in the FORMAT clause that ends a query, or None."""
    depth = 0
    name: str | None = None
    for place, token in enumerate(words):
        if token.kind is Kind.SIGN:
            depth += (token.text == b"(") - (token.text == b")")
        elif depth == 0 and token.upper == b"FORMAT" and place + 1 < len(words) and words[place + 1].kind is Kind.WORD:
            rest = words[place + 2 : place + 3]
            if not rest or rest[0].text == b";" or rest[0].upper == b"SETTINGS":
                name = words[place + 1].text.decode()
    return name


def masked(sql: bytes, limit: int = 300) -> str:
    """The statement on one line with every string and number replaced: logs must not hold personal data.

    Only its beginning is looked at, whatever it is.
    """
    parts: list[str] = []
    length = 0
    for token in tokens(sql[:_LOGGED_BYTES]):
        part = "?" if token.kind in {Kind.STRING, Kind.NUMBER} else token.text.decode(errors="replace")
        if part.startswith("$"):
            # Perhaps a heredoc whose end was cut off.
            parts.append("...")
            break
        parts.append(part)
        length += len(part) + 1
        if length > limit:
            parts.append("...")
            break
    return " ".join(parts)
