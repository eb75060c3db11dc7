"""Which settings a read-only account may change, and how far: in the URL, in SET and in a SETTINGS clause alike.

A setting that isn't here is refused, because settings name files, addresses, tables and queries under many names (ADR 0022).
A limit may be lowered and never raised.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from chdb_front.catalogue import Catalogue
from chdb_front.errors import BAD_ARGUMENTS, READONLY, QueryError, refused
from chdb_front.users import MOST_QUERY_BYTES, Limits

_SWITCHES = frozenset(
    {
        "aggregate_functions_null_for_empty", "allow_experimental_dynamic_type", "allow_experimental_json_type",
        "allow_experimental_object_type", "allow_experimental_time_time64_type", "allow_experimental_variant_type",
        "allow_suspicious_types_in_group_by", "allow_suspicious_types_in_order_by", "any_join_distinct_right_table_keys",
        "asterisk_include_alias_columns", "asterisk_include_materialized_columns", "async_insert",
        "cast_ipv4_ipv6_default_on_conversion_error", "cast_keep_nullable", "cast_string_to_dynamic_use_inference",
        "cast_string_to_variant_use_inference", "empty_result_for_aggregation_by_empty_set", "enable_dynamic_type",
        "enable_json_type", "enable_named_columns_in_function_tuple", "enable_positional_arguments", "enable_time_time64_type",
        "enable_unaligned_array_join", "enable_variant_type", "extremes", "format_csv_allow_double_quotes",
        "format_csv_allow_single_quotes", "group_by_use_nulls", "http_wait_end_of_query", "http_write_exception_in_output_format",
        "join_use_nulls", "joined_subquery_requires_alias", "log_queries", "optimize_read_in_order",
        "prefer_column_name_to_alias", "select_sequential_consistency", "transform_null_in", "wait_for_async_insert",
    }
)  # fmt: skip
_WORDS: dict[str, frozenset[str]] = {
    "cast_string_to_date_time_mode": frozenset({"basic", "best_effort", "best_effort_us"}),
    "count_distinct_implementation": frozenset({"uniq", "uniqcombined", "uniqcombined64", "uniqhll12", "uniqexact"}),
    "date_time_input_format": frozenset({"basic", "best_effort", "best_effort_us"}),
    "date_time_output_format": frozenset({"simple", "iso", "unix_timestamp"}),
    "date_time_overflow_behavior": frozenset({"ignore", "throw", "saturate"}),
    "except_default_mode": frozenset({"all", "distinct", ""}),
    "intersect_default_mode": frozenset({"all", "distinct", ""}),
    "join_default_strictness": frozenset({"all", "any", ""}),
    "network_compression_method": frozenset({"lz4", "zstd", "none"}),
    # A client that asks for fewer rows may have them without an error, as JDBC's setMaxRows does.
    "result_overflow_mode": frozenset({"throw", "break"}),
    "read_overflow_mode": frozenset({"throw"}),
    "send_logs_level": frozenset({"none"}),
    "short_circuit_function_evaluation": frozenset({"enable", "disable", "force_enable"}),
    "timeout_overflow_mode": frozenset({"throw"}),
    "union_default_mode": frozenset({"all", "distinct", ""}),
}
_NO_MORE_THAN: dict[str, float] = {
    "connect_timeout": 3600, "receive_timeout": 3600, "send_timeout": 3600, "http_receive_timeout": 3600,
    "http_send_timeout": 3600, "http_headers_progress_interval_ms": 3_600_000, "http_response_buffer_size": 10 << 20,
    "http_zlib_compression_level": 9, "max_threads": 16,
}  # fmt: skip
# Without a limit of their own here: what is asked for is less than that.
_ANY_LIMIT = frozenset(
    {
        "max_block_size", "max_bytes_in_distinct", "max_bytes_in_join", "max_bytes_in_set", "max_bytes_to_read",
        "max_bytes_to_sort", "max_bytes_to_transfer", "max_columns_to_read", "max_result_bytes", "max_rows_in_distinct",
        "max_rows_in_join", "max_rows_in_set", "max_rows_to_group_by", "max_rows_to_sort", "max_rows_to_transfer",
    }
)  # fmt: skip
_TEXTS: dict[str, re.Pattern[str]] = {
    "bool_false_representation": re.compile(r"[^\x00-\x1f/\\]{0,16}"),
    "bool_true_representation": re.compile(r"[^\x00-\x1f/\\]{0,16}"),
    "format_csv_delimiter": re.compile(r"[^\x00-\x08\x0a-\x1f]"),
    "format_csv_null_representation": re.compile(r"[^\x00-\x1f/]{0,16}"),
    "format_tsv_null_representation": re.compile(r"[^\x00-\x1f/]{0,16}"),
    "session_timezone": re.compile(r"[A-Za-z][\w+-]{0,30}(?:/[A-Za-z][\w+-]{0,30}){0,2}|"),
}
# Switches, numbers and choices of the formats; one of these types can't name a file, an address, a table or a query.
_OF_A_FORMAT = re.compile(r"(?:in|out)put_format_\w+")
_PLAIN_TYPES = frozenset(
    {
        "Bool", "UInt64", "UInt64Auto", "NonZeroUInt64", "Int64", "Float", "Double", "Char", "ArrowCompression",
        "GeoJSONUnsupportedGeometryHandling", "InputFormatColumnMatchingCaseSensitivity", "MsgPackUUIDRepresentation",
        "ORCCompression", "ParquetCompression", "ParquetVersion",
    }
)  # fmt: skip
# What holds for readers anyway: a client may say so too.
FIXED = {"readonly": "2", "final": "1"}
_TRUE_OR_FALSE = frozenset({"0", "1", "true", "false"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRules:
    """The rules for one account, in one engine."""

    limits: Limits
    catalogue: Catalogue

    def check(self, name: str, value: str) -> None:
        """Raises QueryError 164 if the account may not set this, 36 if the value is none. `value` is as in the URL."""
        for rule in (_switch, _word, _text, self._limit, self._of_a_format):
            if rule(name, value):
                return
        if FIXED.get(name) != value:
            raise cannot_change(name)

    def as_given(self, name: str, value: str) -> str:
        """What a request's own setting comes to: the time for which a client waits is no wish for more than there is.

        Go's driver sends it with every question, a little more than its own time-outs.
        """
        most = self.limits.execution_seconds
        if name != "max_execution_time" or not most or _number(name, value) <= most:
            return value
        return f"{most:g}"

    def check_default(self, name: str) -> None:
        """The same for `SET name = DEFAULT`: what belongs to the account's limits would be lifted by it."""
        if name in self._most() or name in FIXED or name.endswith("_overflow_mode") or not self._is_known(name):
            raise cannot_change(name)

    def _is_known(self, name: str) -> bool:
        is_listed = name in _SWITCHES or name in _WORDS or name in _TEXTS or name in _NO_MORE_THAN or name in _ANY_LIMIT
        return is_listed or self._of_a_format(name, "")

    def _most(self) -> dict[str, float]:
        limits = self.limits
        return {
            "max_execution_time": limits.execution_seconds,
            "max_result_rows": limits.result_rows,
            "max_memory_usage": limits.memory_bytes,
            "max_rows_to_read": limits.rows_to_read,
            "max_query_size": MOST_QUERY_BYTES,
        }

    def _limit(self, name: str, value: str) -> bool:
        most = self._most().get(name)
        if most is not None:
            number = _number(name, value)
            # 0 is no limit to the engine; so is this account's limit, if it is 0.
            if (number <= 0 and most > 0) or (number > most > 0):
                raise refused(READONLY, f"This account may lower '{name}' and not raise it above {most:g}.")
            return True
        if name in _NO_MORE_THAN:
            number = _number(name, value)
            if number < 0 or number > _NO_MORE_THAN[name]:
                raise refused(READONLY, f"This account may set '{name}' up to {_NO_MORE_THAN[name]:g}.")
            return True
        return name in _ANY_LIMIT and _number(name, value) > 0

    def _of_a_format(self, name: str, _value: str) -> bool:
        return _OF_A_FORMAT.fullmatch(name) is not None and self.catalogue.setting_types.get(name) in _PLAIN_TYPES


def cannot_change(name: str) -> QueryError:
    """The engine's own words for a setting that is out of reach."""
    return refused(READONLY, f"Cannot modify '{name}' setting in readonly mode.")


def _switch(name: str, value: str) -> bool:
    return name in _SWITCHES and _one_of(name, value, _TRUE_OR_FALSE.__contains__)


def _word(name: str, value: str) -> bool:
    return name in _WORDS and _one_of(name, value, _WORDS[name].__contains__)


def _text(name: str, value: str) -> bool:
    pattern = _TEXTS.get(name)
    return pattern is not None and _one_of(name, value, lambda _: pattern.fullmatch(value) is not None)


def _one_of(name: str, value: str, fits: Callable[[str], bool]) -> bool:
    if not fits(value.lower()):
        raise refused(READONLY, f"This account may not set '{name}' to this value.")
    return True


def _number(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not 0 <= number < float("inf"):
        raise refused(BAD_ARGUMENTS, f"The setting '{name}' takes a number")
    return number
