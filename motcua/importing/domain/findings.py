"""What can't be right in the files of a register: each with a stable code, its place, and a sentence in Vietnamese.

`Findings` keeps a few examples of each cause and the number of all, so that a million wrong rows need no memory. Pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

MOST_EXAMPLES = 100
"""Of one cause; all of them are counted."""


class Effect(StrEnum):
    """What follows from a finding."""

    NOTHING_SENT = "nothing_sent"
    """The file can't be understood as it was meant: nothing of the run is sent."""
    DOSSIER_LEFT_OUT = "dossier_left_out"
    """Nothing of the dossier is sent: half a life would be judged wrongly, and history can't be taken back."""
    ROW_PASSED_OVER = "row_passed_over"
    """The row says nothing that is recorded; the dossier is sent."""
    REFUSED = "refused"
    """Intake didn't take it."""


TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # The file
        "file-damaged": "tệp bị hỏng ({reason}); hãy lấy lại tệp từ hệ thống cũ",
        "file-empty": "tệp không có dòng nào",
        "not-in-encoding": "byte {byte} không đọc được theo bảng mã {encoding}{hint}",
        "quote-not-closed": "dấu ngoặc kép mở ở dòng này không được đóng đúng chỗ: {reason}",
        "cell-count": "dòng có {given} ô, tiêu đề có {expected} ô",
        "column-missing": "không có cột này{hint}; tệp có các cột: {known}",
        "column-twice": "hai cột cùng tên (cột thứ {first} và {second}); hãy đổi tên một cột",
        "sheet-missing": "không có trang tính {sheet}; tệp có: {known}",
        "not-of-its-kind": "không đọc được tệp {kind}: {reason}",
        "code-used-twice": (
            "mã {code} đã dùng cho một hồ sơ khác ({first}): tiếp nhận {first_time}, ở đây {time}. Nếu số được đánh lại mỗi năm"
            ' hoặc mỗi đơn vị, hãy ghép khóa từ nhiều cột, ví dụ key = ["Năm", "Số hồ sơ"]'
        ),
        # A row
        "no-code": "không có mã hồ sơ",
        "empty": "ô trống, mà sự kiện {type} bắt buộc phải có",
        "bad-instant": "{value} không phải ngày giờ theo mẫu {formats}",
        "bad-number": "{value} không phải số nguyên",
        "unknown-value": "{value} không có trong bảng giá trị của {field}",
        "unknown-unit": "{value} không phải tên hay mã của đơn vị nào đã biết{hint}",
        "ambiguous-unit": "{value} là tên của nhiều đơn vị: {known}; hãy dùng mã đơn vị",
        "differs": "nói khác {first} về cùng sự kiện {type}: {what}; dòng đầu được ghi, dòng này không",
        "two-times": (
            "{type} của hồ sơ {code} có hai thời điểm: {first_time} ({first}) và {time}. Nếu nhiều lần là đúng, hãy thêm key hoặc"
            ' take = "each"; nếu chỉ một lần được tính, take = "first" hoặc "last"'
        ),
        "row-incomplete": "dòng có {given} ô, tiêu đề có {expected} ô; các hồ sơ của dòng này không được gửi",
        # A dossier, judged by the rules of intake
        "not-accepted-first": "hồ sơ {code} không có sự kiện tiếp nhận trong các tệp này và cũng chưa có trong sổ",
        "refused": "{type} của hồ sơ {code}: {reason} [{problem}]",
        "older-than-recorded": (
            "hồ sơ {code} đã ghi sổ đến {recorded}, mà {type} ở đây xảy ra trước đó; hãy nhập các tệp của một sổ trong một lần:"
            " motcua import TỆP1 TỆP2 …"
        ),
    }
)
"""Code -> sentence; the codes never change their meaning (docs/importing.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in which file: 1-based line (0: the file as a whole), and the column by its name in the header."""

    file: str
    line: int = 0
    column: str = ""

    def __str__(self) -> str:
        """As compilers write it: `file:line: cột “name”`."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: cột “{self.column}”" if self.column else where


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that can't be right."""

    code: str
    effect: Effect
    place: Place
    params: Mapping[str, str | int] = field(default_factory=dict)
    dossier: str = ""
    """The code of the dossier that it is about, where that is known."""

    @property
    def message(self) -> str:
        """The sentence in Vietnamese."""
        return TEXTS[self.code].format_map(self.params)


@dataclass(slots=True)
class Cause:
    """All findings of one code, effect, file and column: the number of them and the first ones."""

    code: str
    effect: Effect
    file: str
    column: str
    count: int = 0
    examples: list[Finding] = field(default_factory=list)


class Findings:
    """What was found, by cause, in the order in which the causes were met."""

    def __init__(self) -> None:
        self._causes: dict[tuple[str, ...], Cause] = {}

    def add(self, found: Finding) -> None:
        """Count one more."""
        place, more = found.place, str(found.params.get("problem", ""))
        key = (found.code, found.effect, place.file, place.column, more)
        cause = self._causes.get(key)
        if cause is None:
            cause = self._causes[key] = Cause(found.code, found.effect, place.file, place.column)
        cause.count += 1
        if len(cause.examples) < MOST_EXAMPLES:
            cause.examples.append(found)

    def __iter__(self) -> Iterator[Cause]:
        """The causes."""
        return iter(self._causes.values())

    def count(self, *effects: Effect) -> int:
        """How many findings there are, of some effects or of all."""
        return sum(one.count for one in self if not effects or one.effect in effects)

    @property
    def keep_everything_back(self) -> bool:
        """Whether nothing may be sent."""
        return self.count(Effect.NOTHING_SENT) > 0
