"""What a reader may set: a list, with ranges."""

from __future__ import annotations

import pytest

from chdb_front.catalogue import Catalogue
from chdb_front.errors import QueryError
from chdb_front.reader_settings import SettingRules
from chdb_front.users import Limits

TYPES = {
    "output_format_json_quote_64bit_integers": "Bool",
    "output_format_schema": "String",
    "input_format_record_errors_file_path": "String",
    "format_template_row": "String",
    "output_format_parquet_compression_method": "ParquetCompression",
    "input_format_of_a_later_engine": "SomethingNew",
}
RULES = SettingRules(limits=Limits(execution_seconds=30.0), catalogue=Catalogue(setting_types=TYPES))
UNLIMITED = SettingRules(limits=Limits(execution_seconds=0.0), catalogue=Catalogue())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_execution_time", "30"),
        ("max_execution_time", "0.2"),
        ("max_result_rows", "1"),
        ("max_result_bytes", "100000000000"),
        ("max_threads", "0"),
        ("result_overflow_mode", "break"),
        ("timeout_overflow_mode", "throw"),
        ("readonly", "2"),
        ("final", "1"),
        ("join_use_nulls", "true"),
        ("date_time_output_format", "ISO"),
        ("session_timezone", "Asia/Ho_Chi_Minh"),
        ("session_timezone", "America/Argentina/Buenos_Aires"),
        ("session_timezone", ""),
        ("format_csv_delimiter", ";"),
        ("format_csv_delimiter", "\t"),
        ("output_format_json_quote_64bit_integers", "1"),
        ("output_format_parquet_compression_method", "zstd"),
    ],
)
def test_a_reader_may_set(name: str, value: str) -> None:
    RULES.check(name, value)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("max_execution_time", "31", 164),
        ("max_execution_time", "0", 164),
        ("max_execution_time", "-1", 36),
        ("max_execution_time", "nan", 36),
        ("max_execution_time", "inf", 36),
        ("max_execution_time", "soon", 36),
        ("max_result_bytes", "0", 164),
        ("max_threads", "17", 164),
        ("timeout_overflow_mode", "break", 164),
        ("readonly", "1", 164),
        ("final", "0", 164),
        ("join_use_nulls", "'/etc/passwd'", 164),
        ("session_timezone", "../etc/passwd", 164),
        ("session_timezone", "/etc/passwd", 164),
        ("session_timezone", "a/b/c/d", 164),
        ("format_csv_delimiter", ";;", 164),
        ("output_format_schema", "1", 164),
        ("input_format_record_errors_file_path", "x", 164),
        ("input_format_of_a_later_engine", "1", 164),
        ("output_format_not_in_the_engine", "1", 164),
        ("format_template_row", "1", 164),
        ("MAX_THREADS", "1", 164),
        ("anything_else", "1", 164),
    ],
)
def test_a_reader_may_not_set(name: str, value: str, code: int) -> None:
    with pytest.raises(QueryError) as caught:
        RULES.check(name, value)
    assert caught.value.code == code


def test_without_a_limit_of_its_own_an_account_may_set_any_and_take_it_back() -> None:
    UNLIMITED.check("max_execution_time", "1000")
    UNLIMITED.check("max_execution_time", "0")


@pytest.mark.parametrize(
    "name", ["max_execution_time", "max_query_size", "readonly", "final", "result_overflow_mode", "profile"]
)
def test_the_default_of_a_limit_is_not_for_a_reader(name: str) -> None:
    with pytest.raises(QueryError):
        RULES.check_default(name)


@pytest.mark.parametrize(
    "name", ["max_threads", "join_use_nulls", "output_format_json_quote_64bit_integers", "max_block_size"]
)
def test_what_is_the_readers_own_may_be_set_back(name: str) -> None:
    RULES.check_default(name)
