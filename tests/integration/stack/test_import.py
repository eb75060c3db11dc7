"""Real history by `motcua import`, on the whole running system."""

import gzip
import json
from pathlib import Path

import pytest

from tests.integration.stack.conftest import REGISTERS, ROOT, RunningStack

pytestmark = pytest.mark.integration

PERMITS = ROOT.parent / "shared" / "data" / "permit-receipt.csv.gz"
MAPPING = ROOT / "demo" / "mappings" / "permit-receipt.toml"
ST_LOUIS = REGISTERS / "stl-csb-2012.csv.gz"
ST_LOUIS_BY = ("--mapping", str(REGISTERS / "stl1.toml"))
# Counted by the file's own dates alone 69 ended on their day and 309 after it. A deadline on a day off means the end of the next
# working day (B15), so these five of the 309 were in time.
ENDED_ON_THE_MONDAY_AFTER_A_DEADLINE_AT_THE_WEEKEND = {"case-4584", "case-6607", "case-7570", "case-9495", "case-9947"}
SMALL_MAPPING = """
[source]
name = "{name}"
time_zone = "Asia/Ho_Chi_Minh"
[dossier]
key = "Mã"
unit_id = 4019753
[[events]]
type = "dossier-accepted.v1"
time = "Nhận"
required = true
[events.attributes]
channel = {{column = "Kênh", values = {{"Trực tiếp" = 1, "Trực tuyến" = 2}}}}
[events.data]
procedure_code = "1.001193"
appointment_at = {{column = "Hẹn", kind = "instant"}}
[[events]]
type = "result-ready-at-counter.v1"
time = "Xong"
[events.data]
"""


@pytest.mark.permit
@pytest.mark.timeout(420)
@pytest.mark.skipif(not PERMITS.exists(), reason="the real history file is not part of the product and is absent here")
def test_the_permit_history_gives_its_known_figures_and_twice_changes_nothing(stack: RunningStack) -> None:
    done = stack.run("import", str(PERMITS), "--mapping", str(MAPPING), "--json", timeout=300)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["dossiers"] == 1434
    assert summary["findings"] == []
    assert summary["flagged"] > 0
    assert summary["is_counted"] is True
    (found,) = stack.json("figures", "--unit", "9000003")
    wanted = {
        "received": 1434,
        "resolved": 1329,
        "early": 951,
        "on_time": 69 + len(ENDED_ON_THE_MONDAY_AFTER_A_DEADLINE_AT_THE_WEEKEND),
        "late": 309 - len(ENDED_ON_THE_MONDAY_AFTER_A_DEADLINE_AT_THE_WEEKEND),
        "open": 105,
        "terminated": 0,
    }
    assert {name: found[name] for name in wanted} == wanted
    codes = ", ".join(f"'{code}'" for code in sorted(ENDED_ON_THE_MONDAY_AFTER_A_DEADLINE_AT_THE_WEEKEND))
    moved = stack.run(
        "sql", "--format", "TSV", f"SELECT DISTINCT outcome FROM dossiers FINAL WHERE dossier_code IN ({codes})"
    )
    assert moved.stdout == "on_time\n"
    flags = stack.json("integrity", "--limit", "5000")
    ended_first = {one["dossier_code"] for one in flags if one["rule"].endswith("out-of-order")}
    assert {"case-10862", "case-8267"} <= ended_first
    again = json.loads(stack.run("import", str(PERMITS), "--mapping", str(MAPPING), "--json", timeout=300).stdout)
    assert (again["recorded"], again["flagged"], again["replayed"]) == (0, 0, summary["recorded"])
    # Breaches and letters of what is still open are said by the passing of time, some of them after the first look.
    (found_again,) = stack.json("figures", "--unit", "9000003")
    assert {name: found_again[name] for name in wanted} == wanted


@pytest.mark.permit
@pytest.mark.timeout(420)
@pytest.mark.skipif(not ST_LOUIS.exists(), reason="the public registers are not beside this checkout")
def test_a_public_register_gives_the_counts_that_its_dry_run_said(stack: RunningStack) -> None:
    told = json.loads(stack.run("import", str(ST_LOUIS), *ST_LOUIS_BY, "--dry-run", "--json").stdout)
    done = json.loads(stack.run("import", str(ST_LOUIS), *ST_LOUIS_BY, "--json", timeout=300).stdout)
    assert (done["recorded"], done["flagged"]) == (told["prepared"], told["flagged"])
    (found,) = stack.json("figures", "--unit", "7000003")
    wanted = {
        "received": 3675,
        "early": 1914,
        "on_time": 83,
        "late": 1451,
        "unknown": 6,
        "terminated": 116,
        "open": 105,
    }
    assert {name: found[name] for name in wanted} == wanted
    assert {name: told["figures"][name] for name in wanted} == wanted
    breached = "unit_id = 7000003 AND outcome = 'on_time' AND breached_at IS NOT NULL"
    # Worked in the evening of the due day, after the close (DR-08): counted from the file. Until B15 it were all 83.
    counted = stack.run("sql", "--format", "TSV", f"SELECT count() FROM dossiers FINAL WHERE {breached}")
    assert counted.stdout == "7\n"


def test_bad_rows_are_named_and_the_rest_goes_on(stack: RunningStack, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(SMALL_MAPPING.format(name="so-cu"), encoding="utf-8")
    file = tmp_path / "so.csv.gz"
    rows = (
        "Mã,Kênh,Nhận,Hẹn,Xong\n"
        "A1,Trực tiếp,2024-05-02T08:00,2024-05-09T17:00,2024-05-08T10:00\n"
        "A2,Trực tiếp,hôm qua,2024-05-09T17:00,\n"
        "A3,Điện thoại,2024-05-02T08:00,2024-05-09T17:00,\n"
        "A4,Trực tuyến,2024-05-02T08:00,2024-05-09T17:00,2024-05-10T10:00\n"
        "A5,Trực tuyến\n"
    )
    file.write_bytes(gzip.compress(rows.encode()))
    done = stack.run("import", str(file), "--mapping", str(mapping))
    assert done.returncode == 1
    for told in (
        "so.csv.gz:3: cột “Nhận”: “hôm qua”",
        "so.csv.gz:4: cột “Kênh”: “Điện thoại”",
        "so.csv.gz:6: dòng có 2 ô",
    ):
        assert told in done.stderr, done.stderr
    query = "SELECT dossier_code, outcome FROM dossiers FINAL WHERE dossier_code IN ('A1', 'A2', 'A3', 'A4') ORDER BY 1"
    assert stack.run("sql", "--format", "TSV", query).stdout == "A1\tearly\nA4\tlate\n"


def test_a_register_that_the_operator_has_not_named_is_refused_with_what_to_do(
    stack: RunningStack, tmp_path: Path
) -> None:
    mapping, file = tmp_path / "mapping.toml", tmp_path / "so.csv"
    mapping.write_text(SMALL_MAPPING.format(name="so-la"), encoding="utf-8")
    rows = (f"B{number},Trực tiếp,2024-05-02T08:00,2024-05-09T17:00,2024-05-08T10:00" for number in range(600))
    file.write_text("\n".join(("Mã,Kênh,Nhận,Hẹn,Xong", *rows)), encoding="utf-8")
    done = stack.run("import", str(file), "--mapping", str(mapping))
    assert done.returncode == 1
    assert "intake takes no history from urn:motcua:import:so-la" in done.stderr
    assert "MOTCUA_INTAKE_HISTORY_SOURCES" in done.stderr
    assert stack.run("sql", "--format", "TSV", "SELECT count() FROM dossiers WHERE dossier_code = 'B1'").stdout == "0\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[source", "không phải TOML"),
        (
            "[source]\nname='x'\ntime_zone='Mars/Base'\n[dossier]\nkey='Mã'\nunit_id=1\n[[events]]\ntype='transfer-received.v1'\ntime='t'",
            "time_zone",
        ),
        (
            "[source]\nname='x'\ntime_zone='UTC'\n[dossier]\nkey='Mã'\nunit_id=1\n[[events]]\ntype='no-such.v1'\ntime='t'",
            "events[1].type",
        ),
        (
            "[source]\nname='x'\ntime_zone='UTC'\n[dossier]\nkey='Khác'\nunit_id=1\n[[events]]\ntype='transfer-received.v1'\ntime='Mã'",
            "cột “Khác”: không có cột này",
        ),
    ],
)
def test_a_bad_mapping_is_refused_with_its_reason(stack: RunningStack, tmp_path: Path, text: str, reason: str) -> None:
    mapping, file = tmp_path / "mapping.toml", tmp_path / "so.csv"
    mapping.write_text(text, encoding="utf-8")
    file.write_text("Mã\nA1\n", encoding="utf-8")
    done = stack.run("import", str(file), "--mapping", str(mapping))
    assert done.returncode == 1
    assert reason in done.stderr
