"""What no statement may do here, whoever sends it: judged on its words. In: tokens, names. Out: nothing, or a QueryError.

`readonly=2` does not stop chDB from writing files (`INTO OUTFILE`), reading them (`file()`), or running what follows a
`;`; SYSTEM SHUTDOWN ends this process; a Kafka table makes the data folder unusable.
"""

from __future__ import annotations

import re
from itertools import pairwise

from chdb_front.errors import ACCESS_DENIED, NOT_IMPLEMENTED, SYNTAX_ERROR, refused
from chdb_front.sql_text import Kind, Token, first_word, is_one_statement

# Functions and table functions that leave the engine: files, the network, programs, Python objects, text run as SQL.
OUTSIDE_FUNCTION = re.compile(
    r"(?:file|filesystem|url|s3|gcs|oss|cosn|hdfs|azureblobstorage|remote|remotesecure|cluster|clusterallreplicas"
    r"|mysql|postgresql|mongodb|redis|sqlite|odbc|jdbc|bigquery|executable|python|arrowstream|eval|input|ytsaurus"
    r"|prometheusquery|prometheusqueryrange|(?:iceberg|deltalake|hudi|paimon)\w*"
    r"|ai(?:generate|classify|extract|embed|translate|filter|redact|similarity)\w*|\w+cluster)\Z",
    re.IGNORECASE,
)
DEFINES_A_TABLE = {b"CREATE", b"ATTACH", b"REPLACE"}
_BRICKING_ENGINES = {"kafka", "rabbitmq", "nats", "s3queue", "azurequeue"}


def check_text(words: list[Token]) -> bool:
    """Raises QueryError for what is plain from the words; True if the syntax tree must be looked at as well."""
    if not is_one_statement(words):
        raise refused(SYNTAX_ERROR, "Syntax error (Multi-statements are not allowed)")
    needs_tree = first_word(words) in DEFINES_A_TABLE
    for word, following in pairwise(words):
        _check_pair(word, following)
        needs_tree = needs_tree or _calls_outside(word, following)
    return needs_tree


def _check_pair(word: Token, following: Token) -> None:
    pair = (word.upper, following.upper)
    if pair in {(b"INTO", b"OUTFILE"), (b"FROM", b"INFILE")}:
        raise refused(
            ACCESS_DENIED, f"{pair[0].decode()} {pair[1].decode()} is not allowed: the server does not touch files"
        )
    if pair in {(b"SYSTEM", b"SHUTDOWN"), (b"SYSTEM", b"KILL")}:
        raise refused(ACCESS_DENIED, "The server is stopped by its process manager, not by SQL")


def _calls_outside(word: Token, following: Token) -> bool:
    is_name = word.kind in {Kind.WORD, Kind.QUOTED_NAME}
    return is_name and following.text == b"(" and OUTSIDE_FUNCTION.match(word.text.decode(errors="replace")) is not None


def check_calls(functions: list[str], *, defines_a_table: bool) -> None:
    """Raises QueryError if one of the function names of a syntax tree leads outside or names a forbidden engine."""
    for name in functions:
        if defines_a_table and name.lower() in _BRICKING_ENGINES:
            reason = (
                f"The {name} table engine is refused: it would leave the data folder of this embedded engine unusable. "
                "Read the topic with a consumer and insert the rows"
            )
            raise refused(NOT_IMPLEMENTED, reason)
        if OUTSIDE_FUNCTION.match(name):
            raise refused(ACCESS_DENIED, f"{name} is not allowed: SQL here reaches no file, network address or program")
