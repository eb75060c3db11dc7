"""A first mapping from the columns of a file: what each is by its name and by what stands in it; for people to mend. Pure.

Nothing is recorded by a guess alone: the mapping is written down, and what was guessed without certainty says so in a comment.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from motcua.importing.domain.dates import FORMS, reader_of
from motcua.importing.domain.rows import RawRow
from motcua.importing.domain.words import clean, folded

SAMPLE_ROWS: Final = 500
_MOST_VALUES: Final = 12
_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accepted": "ngay nhan|tiep nhan|ngay nop|created|received|startdate|dateinit|datetimeinit|opened",
        "due": "hen tra|han tra|han giai quyet|ngay hen|deadline|due|completedate",
        "ended": "ngay xong|ngay tra|co ket qua|tra ket qua|hoan thanh|closed|enddate|resolved|finished",
        "withdrawn": "ngay rut|ngay huy|cancel|withdrawn",
        "key": "so ho so|ma ho so|so bien nhan|case:concept:name|requestid|case id|unique key|ma so|id",
        "channel": "kenh|hinh thuc|channel|callertype",
        "procedure": "ma thu tuc|thu tuc|linh vuc|procedure|problemcode|complaint type",
        "officer": "can bo|nguoi xu ly|officer|responsible|resource",
    }
)
"""What a column may be -> how such columns are called, without marks; the first that fits is taken."""
_TIMES: Final = frozenset({"accepted", "due", "ended", "withdrawn"})
_CHANNELS: Final = (
    (2, ("truc tuyen", "online", "internet", "web", "mobile", "mail", "qua mang")),
    (3, ("buu", "bcci", "post")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The header and some rows of a file; `file_lines` are what [file] must say to read it so."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    file_lines: Sequence[str] = field(default_factory=tuple)

    def cells(self, column: str) -> list[str]:
        """The cells of a column that aren't empty."""
        at = self.header.index(column)
        return [cell for row in self.rows if at < len(row) and (cell := clean(row[at]))]


def sample_of(name: str, raw_rows: Iterable[RawRow], file_lines: Sequence[str] = ()) -> Sample:
    """A sample: the header is the first row that is as wide as most, and has no numbers."""
    rows = [[clean(cell) for cell in row.cells] for row in raw_rows if any(map(clean, row.cells))][:SAMPLE_ROWS]
    widths = [sum(map(bool, row)) for row in rows]
    most = max(widths, default=0)
    at = next((nth for nth, row in enumerate(rows) if widths[nth] * 2 > most and not any(map(_is_number, row))), 0)
    return Sample(name=name, header=rows[at] if rows else [], rows=rows[at + 1 :], file_lines=file_lines)


def guessed(sample: Sample, unit_id: int) -> str:
    """The text of a mapping (TOML)."""
    forms = {name: found for name in sample.header if name and (found := _forms_of(sample.cells(name)))}
    roles = _roles(sample, forms)
    return "\n".join(_lines(sample, roles, forms, unit_id)) + "\n"


def _roles(sample: Sample, forms: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Role -> column; a column has one role, and a time stands only in a column of days."""
    roles: dict[str, str] = {}
    for role, called in _NAMES.items():
        free = [name for name in sample.header if name and name not in roles.values()]
        fitting = [name for name in free if not sample.cells(name) or (name in forms) is (role in _TIMES)]
        found = next((name for word in called.split("|") for name in fitting if _is_called(name, word)), None)
        if found is not None:
            roles[role] = found
    if "key" not in roles:
        roles["key"] = next((name for name in sample.header if name and name not in roles.values()), "")
    if "accepted" not in roles:
        roles["accepted"] = next((name for name in forms if name not in roles.values()), "")
    return roles


def _is_called(name: str, word: str) -> bool:
    plain = _without_marks(name)
    return plain == word or (len(word) > 2 and word in plain)


def _forms_of(cells: Sequence[str]) -> tuple[str, ...]:
    """The forms by which all cells of a column are days; empty where they aren't. Both orders fit: the Vietnamese one."""
    if not cells:
        return ()
    for form in FORMS:
        read = reader_of([form])
        if all(read(cell) for cell in cells):
            return (form,)
    return ()


def _lines(sample: Sample, roles: Mapping[str, str], forms: Mapping[str, Sequence[str]], unit_id: int) -> Iterator[str]:
    used = {form for role in _TIMES & roles.keys() for form in forms.get(roles[role], ())} - {"iso"}
    yield "# Ánh xạ phỏng đoán; hãy đọc lại từng dòng, rồi chạy thử: motcua import TỆP --mapping TỆP_NÀY --dry-run"
    unknown = [name for name in sample.header if name and name not in roles.values()]
    yield f"# Cột chưa dùng: {', '.join(unknown) or 'không có'}"
    yield from ("[source]", f"name = {_quoted(_slug(sample.name))}", 'time_zone = "Asia/Ho_Chi_Minh"', "")
    if sample.file_lines:
        yield from ("[file]", *sample.file_lines, "")
    if used:
        yield "[formats]"
        yield f"dates = [{', '.join(map(_quoted, sorted(used)))}]"
        if used & {"dd/mm/yyyy", "dd/mm/yy"}:
            yield "# ngày trước tháng; nếu tệp viết tháng trước, hãy dùng mm/dd/yyyy"
        yield ""
    yield from ("[dossier]", f"key = {_quoted(roles['key'])}", f"unit_id = {unit_id}  # số hiệu đơn vị tiếp nhận", "")
    yield from _acceptance(sample, roles)
    yield from _ending("result-ready-at-counter.v1", roles.get("ended"))
    yield from _ending("dossier-withdrawn.v1", roles.get("withdrawn"))


def _acceptance(sample: Sample, roles: Mapping[str, str]) -> Iterator[str]:
    yield from ("[[events]]", 'type = "dossier-accepted.v1"', f"time = {_quoted(roles['accepted'])}", "required = true")
    if {"channel", "officer"} & roles.keys():
        yield "[events.attributes]"
    if "channel" in roles:
        column, values = _quoted(roles["channel"]), _channels(sample, roles["channel"])
        yield f"channel = {{column = {column}, values = {{{values}}}, otherwise = 1}}"
    if "officer" in roles:
        yield f"actorid = {{column = {_quoted(roles['officer'])}}}"
    yield "[events.data]"
    if "procedure" in roles:
        yield f"procedure_code = {{column = {_quoted(roles['procedure'])}}}"
    else:
        yield 'procedure_code = "9.999999"  # mã thủ tục; tệp không có cột nào nói'
    if "due" in roles:
        yield f"appointment_at = {{column = {_quoted(roles['due'])}}}"
    else:
        yield "# tệp không có cột hạn trả; nếu thủ tục có thời hạn:"
        yield '# term = {value = 5, unit = "working_day"}'
    yield ""


def _ending(event_type: str, column: str | None) -> Iterator[str]:
    if column:
        yield from ("[[events]]", f"type = {_quoted(event_type)}", f"time = {_quoted(column)}", "")


def _channels(sample: Sample, column: str) -> str:
    values = list(dict.fromkeys(sample.cells(column)))[:_MOST_VALUES]
    by_form = {folded(value): value for value in values}
    return ", ".join(f"{_quoted(value)} = {_channel_of(value)}" for value in by_form.values())


def _channel_of(value: str) -> int:
    plain = _without_marks(value)
    return next((channel for channel, words in _CHANNELS if any(word in plain for word in words)), 1)


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", folded(text)).replace("đ", "d")
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"-?\d+([.,]\d+)?", cell) is not None


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", _without_marks(name.split(".", maxsplit=1)[0])).strip("-") or "so-cu"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
