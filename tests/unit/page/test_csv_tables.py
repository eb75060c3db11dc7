"""Downloads: what is on the screen, safe in a spreadsheet."""

import csv
import io
from datetime import UTC, date, datetime

from services.page.adapters.dictionaries import load_dictionaries
from services.page.domain.csv_tables import DOSSIERS, FIGURES, csv_of

VI, EN = load_dictionaries()["vi"], load_dictionaries()["en"]


def table(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_headings_and_classes_are_in_the_readers_language():
    row = {"dossier_code": "H1", "outcome": "late", "apology_class": ""}
    assert table(csv_of(DOSSIERS, [row], VI))[0][0] == "Mã hồ sơ"
    assert [line[8] for line in table(csv_of(DOSSIERS, [row], EN))] == ["Class", "Late"]


def test_times_are_those_of_the_dossiers_own_zone():
    row = {"accepted_at": datetime(2026, 3, 2, 1, 30, tzinfo=UTC), "time_zone": "Europe/Amsterdam"}
    assert table(csv_of(DOSSIERS, [row], VI))[1][5] == "2026-03-02T02:30:00+01:00"
    assert table(csv_of(DOSSIERS, [{**row, "time_zone": ""}], VI))[1][5] == "2026-03-02T08:30:00+07:00"


def test_a_text_that_a_spreadsheet_would_run_is_made_harmless():
    lines = table(csv_of(DOSSIERS, [{"dossier_code": f"{sign}1+1"} for sign in "=+-@"] + [{"dossier_code": "ok"}], VI))
    assert [line[0] for line in lines[1:]] == ["'=1+1", "'+1+1", "'-1+1", "'@1+1", "ok"]


def test_commas_quotes_and_line_breaks_survive():
    name = 'Xã "A", thôn\n1'
    assert table(csv_of(FIGURES, [{"unit_id": 7, "name": name}], VI))[1][1] == name


def test_an_empty_denominator_is_an_empty_cell_and_a_day_is_iso():
    columns = (("from", "column.week"), ("on_time_rate", "column.on_time_rate"))
    assert table(csv_of(columns, [{"from": date(2026, 3, 2), "on_time_rate": None}], VI))[1] == ["2026-03-02", ""]
