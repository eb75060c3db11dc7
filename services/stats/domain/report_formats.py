"""The weekly report as aligned text, as JSON and as CSV. Pure; its columns stand in `figure_catalog`."""

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from typing import NamedTuple

from events.codec import dumps
from services.stats.domain.csv_cells import harmless_cell
from services.stats.domain.figure import Figure, Language, Rate, ReportColumn, rate_text
from services.stats.domain.figure_catalog import REPORT
from services.stats.domain.figures import Counts, counts_of, values_of
from services.stats.domain.periods import ZONE
from services.stats.domain.report_words import WORDS, Words
from services.stats.domain.weekly_report import ABOVE_LEVEL_ID, ReportRow, WeeklyReport

EMPTY = "—"
_BYTE_ORDER_MARK = "\ufeff"
_TEXT_COLUMN = 1  # the unit's name; all others are numbers and stand to the right


class _Column(NamedTuple):
    group: str
    heading: str


def to_text(report: WeeklyReport, language: Language = "vi") -> str:
    """A table in which every column lines up on a terminal, with heading and notes."""
    words, columns = WORDS[language], _columns(language)
    body = [_cells(row, number, words) for number, row in _numbered(report)]
    widths = _widths(columns, body)
    rule = "-+-".join("-" * width for width in widths)
    headings = [column.heading for column in columns]
    lines = [words.title, _heading(report, words), "", _group_line(columns, widths), _line(headings, widths), rule]
    lines += [_line(cells, widths) for cells in body[:-1]]
    lines += [rule, _line(body[-1], widths), "", *_notes(report, words)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def to_csv(report: WeeklyReport, language: Language = "vi") -> str:
    """RFC 4180 with a byte order mark, so that Excel reads it as UTF-8; no cell is a formula; the notes follow below."""
    words = WORDS[language]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([": ".join(filter(None, column)) for column in _columns(language)])
    writer.writerows(map(harmless_cell, _cells(row, number, words)) for number, row in _numbered(report))
    writer.writerow([])
    writer.writerows([harmless_cell(note)] for note in _notes(report, words))
    return _BYTE_ORDER_MARK + out.getvalue()


def to_json(report: WeeklyReport) -> str:
    """One JSON object: period, rows and total with plain numbers; a rate without denominator is null."""
    return dumps(
        {
            "report": "weekly-quick-report",
            "definition": report.definition,
            "from": report.period.from_on.isoformat(),
            "to_exclusive": report.period.to_on.isoformat(),
            "cut_off_at": report.period.as_of.astimezone(ZONE).isoformat(),
            "generated_at": report.generated_at.astimezone(ZONE).isoformat(),
            "time_zone": str(ZONE),
            "level": report.level,
            "scope_unit_id": report.scope_unit_id,
            "scope_name": report.scope_name or None,
            "rows": [_as_object(row) for row in report.rows],
            "total": _as_object(report.total),
            "feedback": None,
        }
    ).decode()


def display_width(text: str) -> int:
    """How many terminal columns a text takes: combining marks none, wide East Asian characters two."""
    return sum(
        0 if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf")
        else 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1
        for letter in text
    )  # fmt: skip


def _numbered(report: WeeklyReport) -> Iterator[tuple[str, ReportRow]]:
    for number, row in enumerate(report.rows, start=1):
        yield str(number), row
    yield "", report.total


def _columns(language: Language) -> list[_Column]:
    words, is_first = WORDS[language], language == "vi"
    columns = [_Column(words.number, ""), _Column(words.unit, "")]
    for figure, place in REPORT:
        group, heading = (place.group.vi, place.vi) if is_first else (place.group.en, place.en)
        name = heading or figure.name(language)
        columns.append(_Column(group, "" if name == group else name))
    return [*columns, _Column(words.feedback, "")]


def _cells(row: ReportRow, number: str, words: Words) -> list[str]:
    name = {None: words.total, ABOVE_LEVEL_ID: words.above_level}.get(row.unit_id, row.unit_name)
    return [number, name, *(_cell(row.counts, figure, place, words) for figure, place in REPORT), EMPTY]


def _cell(counts: Counts, figure: Figure, place: ReportColumn, words: Words) -> str:
    if isinstance(figure, Rate):
        return rate_text(getattr(counts, figure.id), words.decimal_mark)
    return str(getattr(counts, figure.id) - sum(getattr(counts, one) for one in place.less))


def _groups(columns: Sequence[_Column]) -> Iterator[tuple[str, int]]:
    """Each heading and how many columns stand under it."""
    for heading, grouped in groupby(columns, key=lambda column: column.group):
        yield heading, len(list(grouped))


def _widths(columns: Sequence[_Column], body: Sequence[Sequence[str]]) -> list[int]:
    headings = [column.heading for column in columns]
    widths = [max(map(display_width, column)) for column in zip(headings, *body, strict=True)]
    at = 0
    for heading, count in _groups(columns):
        missing = display_width(heading) - _span(widths[at : at + count])
        widths[at + count - 1] += max(0, missing)
        at += count
    return widths


def _span(widths: Sequence[int]) -> int:
    return sum(widths) + 3 * (len(widths) - 1)


def _group_line(columns: Sequence[_Column], widths: Sequence[int]) -> str:
    cells, at = [], 0
    for heading, count in _groups(columns):
        cells.append(_padded(heading, _span(widths[at : at + count]), to_the_left=True))
        at += count
    return " | ".join(cells)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return " | ".join(
        _padded(cell, width, to_the_left=nth == _TEXT_COLUMN)
        for nth, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )


def _padded(text: str, width: int, *, to_the_left: bool) -> str:
    blank = " " * (width - display_width(text))
    return text + blank if to_the_left else blank + text


def _heading(report: WeeklyReport, words: Words) -> str:
    return words.heading.format(
        scope=report.scope_name or words.scope_everything,
        level=words.levels[report.level],
        first=f"{report.period.from_on:%d/%m/%Y}",
        last=f"{report.period.to_on - timedelta(days=1):%d/%m/%Y}",
    )


def _notes(report: WeeklyReport, words: Words) -> list[str]:
    counts = report.total.counts
    values = {
        "first": f"{report.period.from_on:%d/%m/%Y}",
        "end": f"{report.period.to_on:%d/%m/%Y}",
        "as_of": f"{report.period.as_of.astimezone(ZONE):%H:%M %d/%m/%Y}",
        "generated_at": f"{report.generated_at.astimezone(ZONE):%H:%M %d/%m/%Y}",
        "definition": report.definition,
        **counts_of(counts),
        "no_channel": counts.received - counts.received_direct - counts.received_online - counts.received_postal,
    }
    return [note.format(**values) for note in words.notes]


def _as_object(row: ReportRow) -> dict[str, object]:
    return {
        "unit_id": row.unit_id,
        "unit_name": row.unit_name or None,
        **values_of(row.counts),
    }
