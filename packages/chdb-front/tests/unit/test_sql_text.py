"""The words of a statement are found where ClickHouse finds them."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import pytest

from chdb_front.sql_text import Kind, first_word, is_one_statement, masked, output_format, tokens


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        (b"select 1", b"SELECT"),
        (b" -- a\n /* b\n */ # c\n #! d\n(( Select 1))", b"SELECT"),
        (b"", b""),
        (b"1 + 1", b""),
        (b"`select`", b""),
    ],
)
def test_the_first_word_is_past_comments_and_brackets(sql: bytes, word: bytes) -> None:
    assert first_word(tokens(sql)) == word


@pytest.mark.parametrize(
    "sql",
    [
        b"SELECT ';'",
        b"SELECT 'a\\';b'",
        b"SELECT 'a'';b'",
        b'SELECT 1 AS "a;b"',
        b"SELECT 1 AS `a;b`",
        b"SELECT 1 -- ; x",
        b"SELECT 1 /* ; x */",
        b"SELECT 1 /* /* ; */ ; x */",
        b"SELECT 1 // ; x",
        b"SELECT $$;x$$, $tag$;x$$;y$tag$",
        b"SELECT 1; -- x\n /* y */ ;\n",
    ],
)
def test_a_semicolon_that_is_quoted_or_last_separates_nothing(sql: bytes) -> None:
    assert is_one_statement(tokens(sql))


@pytest.mark.parametrize(
    "sql",
    [
        b"SELECT 1;SELECT 2",
        b"SELECT 'a\\\\';SELECT 2",
        b"SELECT 1 -- x\n;SELECT 2",
        b"SELECT /* */ 1;/* */x",
        b"SELECT $a$;$a$;x",
        b"SELECT 1 /* /* */ ' */ ; x -- '",
    ],
)
def test_anything_after_a_semicolon_is_a_second_statement(sql: bytes) -> None:
    assert not is_one_statement(tokens(sql))


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        (b"SELECT 1 FORMAT JSON", "JSON"),
        (b"SELECT 1\n format\tcsv ;", "csv"),
        (b"SELECT 1 FORMAT JSON SETTINGS a = 1", "JSON"),
        (b"SELECT 'x FORMAT JSON'", None),
        (b"SELECT * FROM (SELECT 1 FORMAT JSON)", None),
        (b"SELECT format FROM t", None),
        (b"SELECT 1 -- FORMAT JSON", None),
        (b"SELECT format AS x FROM t FORMAT TSV", "TSV"),
    ],
)
def test_the_output_format_is_the_clause_at_the_end(sql: bytes, name: str | None) -> None:
    assert output_format(list(tokens(sql))) == name


def test_quoted_names_lose_their_quotes_and_are_never_keywords() -> None:
    name = next(tokens(b"`select`"))
    assert (name.kind, name.text, name.upper) == (Kind.QUOTED_NAME, b"select", b"")


def test_masked_text_holds_no_values() -> None:
    assert masked("SELECT 'Nguyễn', 42 FROM t -- Trần".encode()) == "SELECT ? , ? FROM t"
    assert len(masked(b"SELECT a" + b", a" * 1000)) < 400


def test_long_lists_of_literals_are_passed_over_but_hide_nothing() -> None:
    many = b", ".join(b"('2026-01-02', 'it''s; %d')" % number for number in range(1000))
    words = [
        token.text
        for token in tokens(b"SELECT f(1, 2, g(3)) WHERE (a, b) IN (" + many + b") AND file('x', 'y'), url('z')")
    ]
    assert len(words) < 60
    assert [words[words.index(name) + 1] for name in (b"f", b"g", b"file", b"url")] == [b"("] * 4
    assert words.count(b"(") == words.count(b")")
    assert not is_one_statement(tokens(b"SELECT 1 IN (1, 2, 'a'); DROP TABLE t"))
    assert is_one_statement(tokens(b"SELECT (1, '2), ;', 3, ';')"))


def test_a_name_in_typographic_quotes_is_without_them() -> None:
    assert [token.text for token in tokens("SELECT “tệp”(1)".encode())][1] == "tệp".encode()


@pytest.mark.parametrize("sql", ["SELECT ‘a b", "SELECT “a b", "SELECT 'a b", 'SELECT "a b'])
def test_what_is_not_closed_ends_with_the_text(sql: str) -> None:
    assert [token.end for token in tokens(sql.encode())] == [6, len(sql.encode())]


def test_a_log_shows_nothing_of_a_heredoc_that_was_cut_off() -> None:
    assert masked(b"SELECT $a$ Nguyen Van A $a$") == "SELECT ?"
    cut = masked(b"SELECT 1, " + b" " * 4076 + b"$a$ Nguyen Van A $a$")
    assert "Nguyen" not in cut


BUILDERS: dict[str, Callable[[int], bytes]] = {
    "heredocs without an end": lambda size: b"SELECT 1 " + b"".join(b"$a%d$ " % place for place in range(size // 7)),
    "heredocs": lambda size: b"SELECT 1" + b",$a$ x $a$" * (size // 10),
    "one long string": lambda size: b"SELECT '" + b"a" * size + b"'",
    "escapes": lambda size: b"SELECT '" + b"\\a" * (size // 2) + b"'",
    "doubled quotes": lambda size: b"SELECT '" + b"''" * (size // 2) + b"'",
    "typographic quotes": lambda size: b"SELECT " + "‘ ".encode() * (size // 4),
    "a list": lambda size: b"SELECT 1 IN (1" + b",123" * (size // 4) + b")",
    "tuples": lambda size: b"SELECT 1 IN ((1,2)" + b",(1,2)" * (size // 6),
    "open tuples": lambda size: b"(1," * (size // 3),
    "open strings": lambda size: b",'a" * (size // 3),
    "blanks": lambda size: b"SELECT " + b" \xc2\xa0" * (size // 3),
    "comments": lambda size: b"/**/" * (size // 4),
    "nested comments": lambda size: b"/*" * (size // 2),
    "dollars": lambda size: b"$" * size,
    "dollar words": lambda size: b"$a " * (size // 3),
    "words": lambda size: b"a " * (size // 2),
}


@pytest.mark.parametrize("name", BUILDERS)
def test_four_times_the_text_takes_four_times_the_time_and_hardly_any_memory(name: str) -> None:
    """Four times, not sixteen: what other work does to the processor's cache lies far between."""
    texts = {size: BUILDERS[name](size) for size in (20_000, 80_000)}
    seconds = dict.fromkeys(texts, float("inf"))
    for _ in range(5):
        for size, sql in texts.items():
            seconds[size] = min(seconds[size], _seconds(sql))
    assert seconds[80_000] <= 8 * seconds[20_000] + 0.001
    tracemalloc.start()
    for _ in tokens(BUILDERS[name](40_000)):
        pass
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 30 * 40_000


def _seconds(sql: bytes) -> float:
    began = time.process_time()
    for _ in tokens(sql):
        pass
    return time.process_time() - began
