"""The weekly quick report as a document, as text, JSON and CSV."""

import csv
import io
from dataclasses import replace
from datetime import date

import orjson
import pytest

from services.stats.domain.figure_catalog import ON_TIME_RATE, REPORT
from services.stats.domain.figures import FIGURE_NAMES, Counts, UnitFigures, counts_of
from services.stats.domain.periods import week
from services.stats.domain.report_formats import display_width, to_csv, to_json, to_text
from services.stats.domain.report_words import WORDS, Language
from services.stats.domain.weekly_report import ABOVE_LEVEL_ID, WeeklyReport, build_report
from tests.unit.stats.dossiers import at

NOW = at("2026-03-10", "09:30")
BUSY = Counts(carried_in=5, received=5, received_direct=4, received_online=1, resolved=4, early=2, on_time=1, late=1,
              terminated=2, open=4, open_within=2, open_due_soon=1, open_paused=1, open_overdue=1, apology_required=3,
              apology_in_time=1, apology_missing=2)  # fmt: skip


def unit(unit_id: int, name: str, counts: Counts) -> UnitFigures:
    return UnitFigures(unit_id=unit_id, unit_name=name, level="commune", **counts_of(counts))


def report(above: Counts | None = None) -> WeeklyReport:
    units = [unit(2, "Xã Z", Counts()), unit(1, "Phường A Lưới", BUSY)]
    scope = (46, "Thành phố Huế")
    return build_report(week(date(2026, 3, 2), NOW), "commune", scope, units, above or Counts(), NOW)


def test_rows_stand_in_the_order_of_names_and_the_total_is_the_whole_scope() -> None:
    made = report()

    assert [row.unit_name for row in made.rows] == ["Phường A Lưới", "Xã Z"]
    assert made.total.counts == BUSY


def test_what_was_received_above_the_level_has_a_row_of_its_own() -> None:
    made = report(above=Counts(received=3, open=3))

    above = made.rows[-1]
    assert (above.unit_id, above.counts) == (ABOVE_LEVEL_ID, Counts(received=3, open=3))
    assert (made.total.counts.received, made.total.counts.open) == (8, 7)
    assert "Đơn vị cấp trên tiếp nhận" in to_text(made)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_column_of_the_table_lines_up(language: Language) -> None:
    lines = to_text(report(), language).splitlines()
    table = [line for line in lines[3:] if " | " in line or "-+-" in line]
    rule = next(line for line in table if "-+-" in line)
    bars = [at for at, letter in enumerate(rule) if letter == "+"]

    for line in (one for one in table[1:] if "-+-" not in one):
        assert [_column(line, at) for at, letter in enumerate(line) if letter == "|"] == bars[: line.count("|")]
        assert line.count("|") == len(REPORT) + 2
    assert table[0].count("|") == 7


def test_combining_marks_take_no_width_and_wide_letters_two() -> None:
    assert display_width("Tiếp nhận") == 9
    assert display_width("Tie\u0302\u0301p nha\u0323\u0302n") == 9
    assert display_width("一") == 2


def test_the_text_shows_the_figures_in_the_columns_of_the_form() -> None:
    text = to_text(report())
    cells = [cell.strip() for cell in next(line for line in text.splitlines() if "A Lưới" in line).split("|")]

    assert (cells[:2], cells[-1]) == (["1", "Phường A Lưới"], "—")
    shown = {figure.id: cell for (figure, _), cell in zip(REPORT, cells[2:-1], strict=True)}
    assert {name: cell for name, cell in shown.items() if cell != "0"} == {
        "carried_in": "5", "received": "5", "received_direct": "4", "received_online": "1", "resolved": "4", "early": "2",
        "on_time": "1", "late": "1", "on_time_rate": "75,00 %", "open_within": "1", "open_due_soon": "1", "open_paused": "1",
        "open_overdue": "1", "apology_required": "3", "apology_in_time": "1", "apology_missing": "2",
        "apology_compliance": "33,33 %",
    }  # fmt: skip


def test_an_empty_denominator_is_a_dash_and_never_a_number() -> None:
    quiet = next(line for line in to_text(report()).splitlines() if "Xã Z" in line)

    assert quiet.split("|")[2 + REPORT.index((ON_TIME_RATE, ON_TIME_RATE.report))].strip() == "—"
    assert Counts(resolved=2, unknown=2).on_time_rate is None


def test_the_notes_say_period_cut_off_definition_and_what_is_left_out() -> None:
    text = to_text(report())

    for said in ("từ 00:00 thứ Hai 02/03/2026 đến trước 00:00 thứ Hai 09/03/2026", "chốt số liệu lúc 00:00 09/03/2026",
                 "ontime.resolved.v1", "công dân rút: 2 hồ sơ", "PAKN (phản ánh, kiến nghị): chưa được ghi nhận",
                 "Lập lúc 09:30 10/03/2026"):  # fmt: skip
        assert said in text


def test_csv_opens_in_excel_and_has_one_cell_per_column() -> None:
    text = to_csv(report())
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))

    assert text.startswith("\ufeff")
    assert rows[0][3] == "Nhận vào: Tổng"
    assert len(rows[0]) == len(set(rows[0])) == len(REPORT) + 3
    assert rows[1][:4] == ["1", "Phường A Lưới", "5", "5"]
    assert rows[3][1] == "Tổng cộng"


def test_json_has_plain_numbers_and_null_for_an_empty_denominator() -> None:
    parsed = orjson.loads(to_json(report()))

    assert (parsed["from"], parsed["to_exclusive"], parsed["level"]) == ("2026-03-02", "2026-03-09", "commune")
    assert parsed["cut_off_at"] == "2026-03-09T00:00:00+07:00"
    assert parsed["definition"] == "ontime.resolved.v1"
    assert parsed["total"]["on_time_rate"] == 0.75
    assert parsed["rows"][1]["on_time_rate"] is None
    assert {*FIGURE_NAMES, "apology_missing", "unit_id"} <= parsed["rows"][0].keys()
    assert parsed["feedback"] is None


def test_both_languages_have_every_word() -> None:
    for words in WORDS.values():
        assert all((words.title, words.number, words.unit, words.feedback, words.total, words.above_level))
        assert all("{" not in note.format_map(_Anything()) for note in words.notes)


class _Anything(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "x"


def _column(line: str, at: int) -> int:
    return display_width(line[:at])


def test_no_unit_name_is_a_formula_in_the_csv() -> None:
    made = report()
    evil = replace(made, rows=[replace(made.rows[0], unit_name="=1+1"), *made.rows[1:]])
    rows = list(csv.reader(io.StringIO(to_csv(evil).removeprefix("\ufeff"))))
    assert rows[1][1] == "'=1+1"
