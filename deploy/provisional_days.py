"""Write `rules/data/provisional-days.toml`: days off by the Labour Code for years without a notice (CAL-6, B16).

    python -m deploy.provisional_days > rules/data/provisional-days.toml

In: the Python package `holidays`, as it is installed; out: TOML. Days off in exchange for a make-up day, and make-up days, are
left out, because only a notice makes them. Run once for an edition of the package; the file it gives is then data like any
other, and no due date ever asks the package.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date

import holidays
from holidays.version import __version__ as holidays_version

FIRST, LAST = date(2014, 1, 1), date(2036, 12, 31)
"""The Labour Code of 2012 was in force all through 2014."""
CALENDARS = ("vn-standard", "vn-saturday-morning")
SOURCE = f"holidays-{holidays_version}"
_CODE_OF_2019 = date(2021, 1, 1)
_CULTURE_DAY = "Văn hóa"
_SWAPPED = "thay cho ngày"
_HEADER = """\
# Days off by the Labour Code alone, for years that no published calendar covers: before the first and after the last published
# one. Such years are provisional (CAL-6): due dates in them are marked, and counted anew when the year is published (DR-27).
# Written by `python -m deploy.provisional_days` from the Python package `holidays`; which days Tết and the second day of the
# National Day fall on is its forecast. No swapped days and no make-up days: only a notice makes them. The day in lieu of a
# holiday that falls on a weekend is law (điều 112, khoản 3) and stands here.
#
# This file is not changed afterwards, as a published calendar isn't: clocks were counted by it. A published year takes its place.
"""


def document() -> str:
    """The whole file."""
    lines = [
        _HEADER,
        f'source = "{SOURCE}"',
        'source_status = "provisional"',
        f"calendars = {json.dumps(CALENDARS)}",
        f"valid_from = {FIRST}",
        f"valid_until = {LAST}",
        *(line for day, name, name_en in statutory_days() for line in _table(day, name, name_en)),
    ]
    return "\n".join(lines) + "\n"


def statutory_days() -> Iterator[tuple[date, str, str]]:
    """Every day off by law in order, weekends among them, with its Vietnamese and its English name."""
    years = range(FIRST.year, LAST.year + 1)
    known = holidays.country_holidays("VN", years=years, language="vi")
    english = holidays.country_holidays("VN", years=years, language="en_US")
    for day, name in sorted(known.items()):
        if FIRST <= day <= LAST and _SWAPPED not in name:
            yield day, name, english[day]


def _table(day: date, name: str, name_en: str) -> tuple[str, ...]:
    code = (
        "Bộ luật Lao động 45/2019/QH14, Điều 112" if day >= _CODE_OF_2019 else "Bộ luật Lao động 10/2012/QH13, Điều 115"
    )
    source = "Nghị quyết 80-NQ/TW" if _CULTURE_DAY in name else code
    # The strings of JSON are strings of TOML.
    texts = {"name": name, "name_en": name_en, "legal_source": source}
    return (
        "",
        "[[days]]",
        f"date = {day.isoformat()}",
        *(f"{field} = {json.dumps(text, ensure_ascii=False)}" for field, text in texts.items()),
    )


if __name__ == "__main__":
    sys.stdout.write(document())
