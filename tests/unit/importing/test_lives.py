"""Rows of one dossier become one life: the same whatever the order of rows and files, and contradictions are named."""

from itertools import permutations
from pathlib import Path

import pytest

from motcua.importing.adapters.mapping_file import read_mapping
from motcua.importing.adapters.row_store import RowStore
from motcua.importing.domain.findings import Effect
from motcua.importing.domain.rows import Row
from tests.unit.importing.office import CASES, GOOD, HEADER, REGISTER, figures, file, found, lines, prepared, tried

LOG = """
[source]
name = "nhat-ky"
[dossier]
key = "Mã"
unit_id = 19990001
[[events]]
type = "dossier-accepted.v1"
time = "Lúc"
where = {column = "Việc", is = "Nhận"}
[events.data]
procedure_code = "9.000001"
term = {value = 5, unit = "working_day"}
[[events]]
type = "supplement-requested.v1"
time = "Lúc"
where = {column = "Việc", is = "Yêu cầu"}
take = "each"
[events.data]
round_no = {number = true}
missing_items = ["giấy tờ"]
reason = "thiếu"
[[events]]
type = "supplement-completed.v1"
time = "Lúc"
where = {column = "Việc", is = "Bổ sung"}
take = "each"
[events.data]
round_no = {number = true}
[[events]]
type = "result-ready-at-counter.v1"
time = "Lúc"
where = {column = "Việc", is = "Xong"}
take = "each"
[[events]]
type = "dossier-reopened.v1"
time = "Lúc"
where = {column = "Việc", is = "Mở lại"}
take = "each"
[events.attributes]
actorid = "cb-1"
[events.data]
reason = "sai sót"
approver_id = "ld-1"
"""
LIFE = (
    ("A1", "Nhận", "2026-03-02"),
    ("A1", "Yêu cầu", "2026-03-04"),
    ("A1", "Bổ sung", "2026-03-04"),
    ("A1", "Xong", "2026-03-04"),
    ("A1", "Mở lại", "2026-03-04"),
)


def test_at_equal_times_the_life_has_its_order_whatever_the_order_of_the_rows(tmp_path: Path) -> None:
    orders = set()
    for number, rows in enumerate(permutations(LIFE)):
        folder = tmp_path / str(number)
        folder.mkdir()
        sent = prepared(LOG, folder, file(folder, lines(("Mã", "Việc", "Lúc"), *rows)))
        orders.add(tuple((one.event.event_type, one.action, one.flag_count) for one in sent))
    assert len(orders) == 1
    (order,) = orders
    assert [event_type for event_type, _, _ in order] == [
        "dossier-accepted.v1",
        "supplement-requested.v1",
        "supplement-completed.v1",
        "result-ready-at-counter.v1",
        "dossier-reopened.v1",
    ]
    # The approver never acted in another dossier: the only flag, and no order was wrong.
    assert [flags for _, _, flags in order] == [0, 0, 0, 0, 1]


def test_a_result_and_its_reopening_come_before_what_was_asked_for_at_the_same_time(tmp_path: Path) -> None:
    rows = (LIFE[0], *(("A1", what, "2026-03-06T10:00") for what in ("Yêu cầu", "Mở lại", "Xong")))
    sent = prepared(LOG, tmp_path, file(tmp_path, lines(("Mã", "Việc", "Lúc"), *rows)))
    assert [one.event.event_type for one in sent][1:] == [
        "result-ready-at-counter.v1",
        "dossier-reopened.v1",
        "supplement-requested.v1",
    ]


def test_running_numbers_count_by_time(tmp_path: Path) -> None:
    later = (("A1", "Yêu cầu", "2026-03-05"), ("A1", "Bổ sung", "2026-03-06"))
    sent = prepared(LOG, tmp_path, file(tmp_path, lines(("Mã", "Việc", "Lúc"), *later, *LIFE[:3])))
    rounds = [one.action.partition(b'"round_no":')[2][:1] for one in sent]
    assert rounds == [b"", b"1", b"1", b"2", b"2"]


@pytest.mark.parametrize("order", list(permutations((0, 1, 2))))
def test_files_of_one_register_give_the_same_in_any_order(tmp_path: Path, order: tuple[int, ...]) -> None:
    parts = [
        [("A1", "Nhận", "2026-01-26T08:00")],
        [("A1", "Yêu cầu", "2026-01-28T08:00"), ("A1", "Bổ sung", "2026-02-04T08:00")],
        [("A1", "Xong", "2026-02-09T09:00")],
    ]
    files = [file(tmp_path, lines(("Mã", "Việc", "Lúc"), *part), f"{nth}.csv") for nth, part in enumerate(parts)]
    outcome = tried(LOG, *(files[nth] for nth in order))
    assert figures(outcome) == {"received": 1, "early": 1, "on_time": 0, "late": 0, "open": 0}
    assert outcome.flagged == 0


def test_a_row_that_stands_twice_is_one_event(tmp_path: Path) -> None:
    outcome = tried(REGISTER, file(tmp_path, HEADER + GOOD + GOOD))
    assert found(outcome) == []
    assert (outcome.rows, outcome.prepared) == (2, 2)


def test_a_code_that_names_two_dossiers_keeps_everything_back_and_says_what_to_do(tmp_path: Path) -> None:
    second = GOOD.replace("2026-03-02T08:00", "2025-03-03T08:00")
    outcome = tried(REGISTER, file(tmp_path, HEADER + GOOD + second + GOOD.replace("A1", "A2")))
    assert found(outcome) == [("code-used-twice", 3, "Ngày nhận")]
    assert outcome.findings.keep_everything_back
    assert 'key = ["Năm", "Số hồ sơ"]' in next(outcome.finding_lines())


def test_numbers_that_begin_anew_each_year_are_told_apart_by_a_key_from_two_columns(tmp_path: Path) -> None:
    by = REGISTER.replace('key = "Số hồ sơ"', 'key = ["Năm", "Số hồ sơ"]\nkey_separator = "-"')
    rows = "2026," + GOOD + "2025," + GOOD.replace("2026-", "2025-")
    sent = prepared(by, tmp_path, file(tmp_path, "Năm," + HEADER + rows))
    assert [one.code for one in sent] == ["2025-A1", "2025-A1", "2026-A1", "2026-A1"]


def test_two_times_of_one_event_leave_the_dossier_out(tmp_path: Path) -> None:
    outcome = tried(REGISTER, file(tmp_path, HEADER + GOOD + GOOD.replace("2026-03-06T10", "2026-03-10T10")))
    assert found(outcome) == [("two-times", 3, "Ngày xong")]
    assert (outcome.left_out_dossiers, outcome.prepared) == (1, 0)


def test_other_words_about_one_event_are_named_and_the_first_stand(tmp_path: Path) -> None:
    outcome = tried(REGISTER, file(tmp_path, HEADER + GOOD + GOOD.replace("Trực tiếp", "Trực tuyến")))
    assert found(outcome) == [("differs", 3, "Kênh")]
    assert outcome.findings.count(Effect.ROW_PASSED_OVER) == 1
    assert outcome.prepared == 2
    assert not outcome.is_clean


@pytest.mark.parametrize(("take", "early", "late"), [("first", 1, 0), ("last", 0, 1)])
def test_the_first_or_the_last_of_several_is_taken_where_the_mapping_says_so(
    tmp_path: Path, take: str, early: int, late: int
) -> None:
    by = REGISTER.replace('time = "Ngày xong"', f'time = "Ngày xong"\ntake = "{take}"')
    text = HEADER + GOOD + GOOD.replace("2026-03-06T10", "2026-03-10T10")
    outcome = tried(by, file(tmp_path, text))
    assert found(outcome) == []
    assert figures(outcome, "early", "late") == {"early": early, "late": late}


def test_what_goes_on_from_another_run_is_not_called_wrong(tmp_path: Path) -> None:
    outcome = tried(LOG, file(tmp_path, lines(("Mã", "Việc", "Lúc"), *LIFE[1:4])))
    assert (outcome.continued_dossiers, outcome.left_out_dossiers, outcome.prepared) == (1, 0, 3)


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not beside this checkout")
@pytest.mark.parametrize("is_reversed", [False, True])
def test_the_log_of_the_cases_gives_the_same_newest_first(tmp_path: Path, *, is_reversed: bool) -> None:
    header, *rows = (CASES / "10-log-oldest-first.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    text = header + "".join(reversed(rows) if is_reversed else rows)
    outcome = tried(read_mapping(CASES / "10-log.toml"), file(tmp_path, text))
    assert figures(outcome) == {"received": 3, "early": 1, "on_time": 0, "late": 1, "open": 1}


def test_rows_that_write_one_code_in_several_ways_are_of_one_dossier() -> None:
    ways = ["H38-0412", "h38-0412", "H38\u20130412", "H38-0412\u200b", "Ｈ38-0412"]
    with RowStore(None, ["Mã"]) as store:
        for line, code in enumerate(ways, 2):
            store.add(code, Row("so.csv", line, {"Mã": code}))
        assert store.count() == 1
        assert [(code, len(rows or ())) for code, rows in store.dossiers()] == [(ways[0], len(ways))]
