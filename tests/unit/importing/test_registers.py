"""Three public registers give their right counts, which were counted by plain Python apart from Motcua."""

import shutil
from pathlib import Path

import pytest

from motcua.importing.adapters.mapping_file import read_mapping
from tests.unit.importing.office import REGISTERS, found, mapping, tried

pytestmark = pytest.mark.skipif(not REGISTERS.exists(), reason="the public registers are not beside this checkout")

FINES = """
[source]
name = "rtf100"
time_zone = "Europe/Rome"
[dossier]
key = "case:concept:name"
unit_id = 7800002
calendar_id = "hist-rome"
[[events]]
type = "dossier-accepted.v1"
time = "time:timestamp"
where = {column = "concept:name", is = "Create Fine"}
[events.data]
procedure_code = "FINE"
term = {value = 60, unit = "calendar_day"}
[[events]]
type = "result-ready-at-counter.v1"
time = "time:timestamp"
where = {column = "concept:name", is = "Payment"}
take = "first"
[[events]]
type = "processing-stopped.v1"
time = "time:timestamp"
where = {column = "concept:name", is = "Send for Credit Collection"}
[events.data]
reason = "credit collection"
"""


@pytest.fixture(scope="module")
def calendars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As an office keeps them: a folder with nothing else in it."""
    folder = tmp_path_factory.mktemp("calendars")
    for file in REGISTERS.glob("hist-*.toml"):
        shutil.copy(file, folder)
    return folder


def test_a_citys_requests_by_unit_with_six_that_have_no_deadline(calendars: Path) -> None:
    outcome = tried(read_mapping(REGISTERS / "stl_units.toml"), REGISTERS / "stl-csb-2012.csv.gz", calendars=calendars)
    total, forestry = outcome.counts.total(), outcome.counts.by_unit[7100001]
    assert (outcome.rows, outcome.dossiers, len(outcome.counts.by_unit)) == (3915, 3675, 31)
    assert (total["received"], total["terminated"], total["open"]) == (3675, 116, 105)
    assert (total["early"], total["on_time"], total["late"], total["unknown"]) == (1914, 83, 1451, 6)
    assert total["resolved"] == 3448 + 6
    assert [forestry[name] for name in ("received", "early", "on_time", "late")] == [2091, 1447, 40, 542]
    assert {code for code, _, _ in found(outcome)} == {"differs"}


def test_a_day_of_requests_with_dates_of_another_order(calendars: Path) -> None:
    text = (REGISTERS / "nyc.toml").read_text(encoding="utf-8")
    by = mapping(text.replace("[dossier]", '[formats]\ndates = "mm/dd/yyyy"\n[dossier]'))
    outcome = tried(by, REGISTERS / "nyc311-20220501-raw.csv.gz", calendars=calendars)
    total, police = outcome.counts.total(), outcome.counts.by_unit[7200002]
    assert found(outcome) == []
    assert [total[name] for name in ("received", "resolved", "open")] == [924, 480, 444]
    assert [police[name] for name in ("received", "resolved", "open")] == [885, 480, 405]


def test_a_log_of_fines_with_one_row_per_event(calendars: Path) -> None:
    raw = tried(mapping(FINES), REGISTERS / "roadtraffic100-raw.csv.gz", calendars=calendars)
    prepared = tried(
        read_mapping(REGISTERS / "rtf.toml"), REGISTERS / "roadtraffic100-prepared.csv.gz", calendars=calendars
    )
    for outcome in (raw, prepared):
        total = outcome.counts.total()
        wanted = {"received": 100, "resolved": 48, "early": 25, "late": 23, "terminated": 36, "open": 16}
        assert {name: total[name] for name in wanted} == wanted
        assert found(outcome) == []


def test_a_register_that_kept_no_letters_misses_none(calendars: Path) -> None:
    text = (REGISTERS / "rtf.toml").read_text(encoding="utf-8")
    path = REGISTERS / "roadtraffic100-prepared.csv.gz"
    missing = [
        tried(mapping(by), path, calendars=calendars).counts.total()["apology_missing"]
        for by in (text, text.replace("[dossier]", '[dossier]\nletters = "not-kept"'))
    ]
    assert missing[0] > 20
    assert missing[1] == 0
