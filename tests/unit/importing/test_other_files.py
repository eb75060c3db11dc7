"""Workbooks and event logs are registers like any CSV file: the same rows, the same checks, the same counts."""

import gzip
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from motcua.importing.adapters import large_sheets
from motcua.importing.adapters.event_log_file import event_log_rows
from motcua.importing.adapters.workbook_file import workbook_sheets
from motcua.importing.domain.mapping import FileShape
from motcua.importing.domain.rows import RawRow
from tests.unit.importing.office import GOOD, HEADER, REGISTER, figures, file, found, prepared, tried
from tests.unit.importing.test_lives import LOG

Cell = str | float
DAY = 46083.0
ROWS: Sequence[Sequence[Cell]] = (
    ("SỔ THEO DÕI HỒ SƠ NĂM 2026",),
    (),
    ("Số hồ sơ", "Ngày nhận", "Ngày hẹn trả", "Ngày xong", "Kênh"),
    (15.0, DAY + 8 / 24, DAY + 7, DAY + 4, "Trực tiếp"),
    ("A2", DAY + 8 / 24, DAY + 7, "", "Trực tuyến"),
)
_TYPES = "http://schemas.openxmlformats.org"
_STYLES = (
    f'<styleSheet xmlns="{_TYPES}/spreadsheetml/2006/main"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def workbook(path: Path, **sheets: Sequence[Sequence[Cell]]) -> Path:
    """A workbook as Excel writes it; a number above 40000 is a day."""
    listed = list(sheets.items())
    named = "".join(
        f'<sheet name="{name}" sheetId="{nth}" r:id="r{nth}"/>' for nth, (name, _) in enumerate(listed, start=1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}/package/2006/content-types"/>',
        "_rels/.rels": _relations({"r1": ("officeDocument", "xl/workbook.xml")}),
        "xl/_rels/workbook.xml.rels": _relations(
            {f"r{nth}": ("worksheet", f"worksheets/sheet{nth}.xml") for nth, _ in enumerate(listed, start=1)}
            | {"s1": ("styles", "styles.xml")}
        ),
        "xl/styles.xml": _STYLES,
        "xl/workbook.xml": (
            f'<workbook xmlns="{_TYPES}/spreadsheetml/2006/main" xmlns:r="{_TYPES}/officeDocument/2006/relationships">'
            f"<sheets>{named}</sheets></workbook>"
        ),
    }
    for nth, (_, rows) in enumerate(listed, start=1):
        parts[f"xl/worksheets/sheet{nth}.xml"] = _sheet(rows)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return path


def _relations(targets: dict[str, tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="{one}" Type="{_TYPES}/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
        for one, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_TYPES}/package/2006/relationships">{listed}</Relationships>'


def _sheet(rows: Sequence[Sequence[Cell]]) -> str:
    written = "".join(
        f'<row r="{nth}">' + "".join(_cell(f"{chr(65 + at)}{nth}", cell) for at, cell in enumerate(cells)) + "</row>"
        for nth, cells in enumerate(rows, start=1)
    )
    return f'<worksheet xmlns="{_TYPES}/spreadsheetml/2006/main"><sheetData>{written}</sheetData></worksheet>'


def _cell(place: str, cell: Cell) -> str:
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>' if cell else ""
    return f'<c r="{place}" s="{1 if cell > 40_000 else 0}"><v>{cell}</v></c>'


def test_a_workbook_gives_what_its_csv_would_give(tmp_path: Path) -> None:
    path = workbook(tmp_path / "so.xlsx", T1=ROWS)
    outcome = tried(REGISTER, path)
    assert found(outcome) == []
    assert figures(outcome) == {"received": 2, "early": 1, "on_time": 0, "late": 0, "open": 1}
    sent = prepared(REGISTER, tmp_path, path)
    assert [(one.code, one.line) for one in sent] == [("15", 4), ("15", 4), ("A2", 5)]
    assert b'"time":"2026-03-02T08:00:00+07:00"' in sent[0].action


def test_several_sheets_are_one_register_where_the_mapping_names_them(tmp_path: Path) -> None:
    path = workbook(tmp_path / "so.xlsx", T1=ROWS[:4], T2=(ROWS[2], ROWS[4]))
    assert tried(REGISTER, path).dossiers == 1
    assert tried(REGISTER + '[file]\nsheets = ["T1", "T2"]\n', path).dossiers == 2
    assert tried(REGISTER + '[file]\nsheets = "*"\n', path).dossiers == 2
    outcome = tried(REGISTER + '[file]\nsheet = "T3"\n', path)
    assert found(outcome) == [("sheet-missing", 0, "")]
    assert "T1, T2" in next(outcome.finding_lines())


def test_a_finding_names_the_sheet_and_its_row(tmp_path: Path) -> None:
    path = workbook(tmp_path / "so.xlsx", T1=(*ROWS, ("A3", "hôm qua", DAY, "", "Trực tiếp")), T2=())
    outcome = tried(REGISTER, path)
    assert found(outcome) == [("bad-instant", 6, "Ngày nhận")]
    assert "so.xlsx [T1]:6: cột “Ngày nhận”" in next(outcome.finding_lines())


def test_a_workbook_with_a_changed_byte_sends_nothing(tmp_path: Path) -> None:
    path = workbook(tmp_path / "so.xlsx", T1=ROWS)
    damaged = bytearray(path.read_bytes())
    damaged[damaged.index(b"xl/worksheets/sheet1.xml") + 60] ^= 0x55
    outcome = tried(REGISTER, file(tmp_path, bytes(damaged), "damaged.xlsx"))
    assert found(outcome) == [("file-damaged", 0, "")]


def test_numbers_and_days_of_a_sheet_are_texts_as_in_a_csv(tmp_path: Path) -> None:
    path = workbook(tmp_path / "so.xlsx", T1=((15.0, 1.5, DAY, DAY + 0.5, "x"),))
    ((_, rows),) = workbook_sheets(path, FileShape())
    assert [list(row.cells) for row in rows] == [["15", "1.5", "2026-03-02", "2026-03-02T12:00:00", "x"]]


def _filled(rows: Iterable[RawRow]) -> list[tuple[int, list[str]]]:
    """What a row says: its number and its cells up to the last that says something."""
    told = [(row.line, "\x1f".join(row.cells).rstrip("\x1f").split("\x1f")) for row in rows]
    return [one for one in told if one[1] != [""]]


def test_a_large_sheet_is_read_in_pieces_and_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = [
        (f"A{nth}" if nth % 4 else "", DAY + nth % 9 if nth % 3 else "", float(nth) if nth % 5 else "", f"<{nth}>")
        if nth % 7
        else ()
        for nth in range(300)
    ]
    path = workbook(tmp_path / "so.xlsx", T0=ROWS, T1=[("Sổ",), *(("", *row) if row else () for row in table)], T2=ROWS)
    shape = FileShape(sheets=("T1",))
    ((_, whole),) = workbook_sheets(path, shape)
    told = _filled(whole)
    monkeypatch.setattr(large_sheets, "LARGE_BYTES", 1_000)
    monkeypatch.setattr(large_sheets, "PIECE_BYTES", 3_000)
    monkeypatch.setattr(large_sheets, "_READ_BYTES", 1_000)
    made = large_sheets.pieces(path, "T1")
    assert made is not None
    assert len(list(made)) > 5
    ((_, cut),) = workbook_sheets(path, shape)
    assert _filled(cut) == told
    assert len(told) == 258


def test_a_large_sheet_that_could_be_cut_wrongly_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_sheets, "LARGE_BYTES", 100)
    path = workbook(tmp_path / "so.xlsx", T1=ROWS)
    assert large_sheets.pieces(path, "T1") is not None
    for old, new in (
        (b"</sheetData>", b"<!-- </row> --></sheetData>"),
        (b'<row r="1">', b"<row>"),
        (b'<row r="4">', b'<row spans="1:5">'),
    ):
        spoiled = tmp_path / "spoiled.xlsx"
        with zipfile.ZipFile(path) as packed, zipfile.ZipFile(spoiled, "w") as copy:
            for name in packed.namelist():
                copy.writestr(name, packed.read(name).replace(old, new))
        assert large_sheets.pieces(spoiled, "T1") is None
        ((_, rows),) = workbook_sheets(spoiled, FileShape())
        assert len(_filled(rows)) == 4


LOG_FILE = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <global scope="event"><string key="concept:name" value="?"/></global>
  <trace>
    <string key="concept:name" value="A1"/>
    <event><string key="concept:name" value="Xong"/><date key="time:timestamp" value="2026-03-06T10:00:00.000+07:00"/></event>
    <event>
      <string key="concept:name" value="Nhận"><string key="nested" value="x"/></string>
      <date key="time:timestamp" value="2026-03-02T08:00:00.000+07:00"/>
    </event>
  </trace>
  <trace><string key="concept:name" value="A2"/></trace>
</log>
"""
LOG_MAPPING = (
    LOG.replace('key = "Mã"', 'key = "case:concept:name"')
    .replace('"Lúc"', '"time:timestamp"')
    .replace('"Việc"', '"concept:name"')
)


@pytest.mark.parametrize("is_packed", [False, True])
def test_an_event_log_is_read_row_by_event(tmp_path: Path, *, is_packed: bool) -> None:
    content = gzip.compress(LOG_FILE.encode()) if is_packed else LOG_FILE.encode()
    path = file(tmp_path, content, "log.xes.gz" if is_packed else "log.xes")
    outcome = tried(LOG_MAPPING, path)
    assert found(outcome) == []
    assert figures(outcome) == {"received": 1, "early": 1, "on_time": 0, "late": 0, "open": 0}
    header, *rows = event_log_rows(path)
    assert list(header.cells) == ["case:concept:name", "concept:name", "time:timestamp"]
    assert [row.line for row in rows] == [6, 7]


@pytest.mark.parametrize(
    "text",
    [
        LOG_FILE.replace("</log>", ""),
        LOG_FILE.replace("<log ", '<!DOCTYPE log [<!ENTITY a "aaaa">]>\n<log '),
        LOG_FILE.replace('value="A1"', 'value="&a;"'),
    ],
)
def test_an_event_log_that_is_cut_off_or_declares_anything_sends_nothing(tmp_path: Path, text: str) -> None:
    outcome = tried(LOG_MAPPING, file(tmp_path, text, "log.xes"))
    assert [code for code, _, _ in found(outcome)] == ["not-of-its-kind"]
    assert outcome.dossiers == 0


def test_a_csv_that_is_called_a_workbook_is_read_as_what_it_is(tmp_path: Path) -> None:
    assert tried(REGISTER, file(tmp_path, HEADER + GOOD, "so.xlsx")).prepared == 2
