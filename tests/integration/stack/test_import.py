"""Real history by `motcua import`, on the whole running system."""

import gzip
import json
from pathlib import Path

import pytest

from tests.integration.stack.conftest import ROOT, RunningStack

pytestmark = pytest.mark.integration

PERMITS = ROOT.parent / "shared" / "data" / "permit-receipt.csv.gz"
MAPPING = ROOT / "demo" / "mappings" / "permit-receipt.toml"
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
    assert summary["errors"] == []
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
    assert again["already_recorded"] == again["recorded"] == summary["recorded"]
    assert again["flagged"] == 0
    assert stack.json("figures", "--unit", "9000003") == [found]


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
    for place in ("so.csv.gz:3: Nhận: 'hôm qua'", "so.csv.gz:4: Kênh: 'Điện thoại'", "so.csv.gz:6: : has 2 cells"):
        assert place in done.stderr.replace("\n", ""), done.stderr
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
        ("[source", "is not TOML"),
        (
            "[source]\nname='x'\ntime_zone='Mars/Base'\n[dossier]\nkey='Mã'\nunit_id=1\n[[events]]\ntype='step-started.v1'\ntime='t'",
            "time_zone",
        ),
        (
            "[source]\nname='x'\ntime_zone='UTC'\n[dossier]\nkey='Mã'\nunit_id=1\n[[events]]\ntype='no-such.v1'\ntime='t'",
            "events[1].type",
        ),
        (
            "[source]\nname='x'\ntime_zone='UTC'\n[dossier]\nkey='Khác'\nunit_id=1\n[[events]]\ntype='step-started.v1'\ntime='Mã'",
            "has no column Khác",
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
