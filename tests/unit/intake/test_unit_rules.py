"""What may be said of a unit, and what is refused with which code (domain.md 4.8)."""

from datetime import date
from typing import Any

import pytest

from services.intake.adapters.problems import Language
from services.intake.domain.reference_rules import refusal_of_reference
from services.intake.domain.register import Register
from services.intake.domain.unit_register import found_units
from tests.unit.intake.counter import NOW, problems
from tests.unit.intake.units import (
    CITY,
    DISTRICT,
    NEW,
    NEWER,
    OLD,
    OTHER_DISTRICT,
    before_the_reform,
    reform,
    refused,
    register,
    take,
    unit,
)


@pytest.fixture
def units() -> Register:
    return register([*before_the_reform(), *reform()])


def test_a_whole_reform_is_allowed_and_every_day_has_its_units(units: Register) -> None:
    names = {
        on: sorted(period.name for _, period in found_units(units.units, "", date.fromisoformat(on)))
        for on in ("2024-12-31", "2025-06-30", "2025-07-01")
    }
    assert names == {
        "2024-12-31": [],
        "2025-06-30": ["Phường Tây Lộc", "Quận Phú Xuân", "Quận Thuận Hóa", "Thành phố Huế"],
        "2025-07-01": ["Phường Kim Long", "Phường Phú Xuân", "Thành phố Huế"],
    }


COMMUNE: dict[str, Any] = {"name": "Xã A", "level": "commune"}
CASES: dict[str, tuple[tuple[str, int, str, dict[str, Any]], tuple[str, str]]] = {
    "created twice": (("created", OLD, "2025-01-01", COMMUNE), ("unit-exists", "/data/unit_id")),
    "created again after its end": (("created", OLD, "2026-01-01", COMMUNE), ("unit-exists", "/data/unit_id")),
    "below a unit that is no more": (
        ("created", 9, "2025-07-01", COMMUNE | {"parent_id": DISTRICT}),
        ("unknown-parent", "/data/parent_id"),
    ),
    "below a unit that is not yet": (
        ("created", 9, "2024-12-31", COMMUNE | {"parent_id": CITY}),
        ("unknown-parent", "/data/parent_id"),
    ),
    "below nobody knows whom": (
        ("created", 9, "2025-07-01", COMMUNE | {"parent_id": 77}),
        ("unknown-parent", "/data/parent_id"),
    ),
    "below itself": (("created", 9, "2025-07-01", COMMUNE | {"parent_id": 9}), ("unit-ring", "/data/parent_id")),
    "a province below a commune": (
        ("created", 9, "2025-07-01", {"name": "A", "level": "province", "parent_id": NEW}),
        ("unfit-parent", "/data/parent_id"),
    ),
    "moved below a lower level": (
        ("reparented", CITY, "2025-07-01", {"parent_id": NEW}),
        ("unfit-parent", "/data/parent_id"),
    ),
    "renamed before its beginning": (
        ("renamed", NEW, "2025-06-30", {"name": "A"}),
        ("unknown-unit", "/data/valid_from"),
    ),
    "renamed after its end": (("renamed", OLD, "2025-07-01", {"name": "A"}), ("abolished-unit", "/data/valid_from")),
    "a stranger renamed": (("renamed", 9, "2025-07-01", {"name": "A"}), ("unknown-unit", "/data/valid_from")),
    "merged into a stranger": (
        ("merged", NEWER, "2026-01-01", {"into_unit_id": 9}),
        ("unknown-unit", "/data/into_unit_id"),
    ),
    "merged into one that is no more": (
        ("merged", NEWER, "2026-01-01", {"into_unit_id": OLD}),
        ("abolished-unit", "/data/into_unit_id"),
    ),
    "merged into itself": (
        ("merged", NEW, "2026-01-01", {"into_unit_id": NEW}),
        ("wrong-successors", "/data/into_unit_id"),
    ),
    "abolished twice": (("abolished", OLD, "2026-01-01", {}), ("abolished-unit", "/data/valid_from")),
    "abolished earlier than it was": (("abolished", OLD, "2025-03-01", {}), ("abolished-unit", "/data/valid_from")),
    "abolished on its first day": (("abolished", NEW, "2025-07-01", {}), ("unknown-unit", "/data/valid_from")),
    "abolished above others": (("abolished", CITY, "2026-01-01", {}), ("unit-has-children", "/data/unit_id")),
    "split with one of them a stranger": (
        ("split", NEW, "2026-01-01", {"into": [{"unit_id": NEWER}, {"unit_id": 9}]}),
        ("unknown-unit", "/data/into/1/unit_id"),
    ),
    "split into the same twice": (
        ("split", NEW, "2026-01-01", {"into": [{"unit_id": NEWER}, {"unit_id": NEWER}]}),
        ("wrong-successors", "/data/into"),
    ),
    "split into more than the whole": (
        ("split", NEW, "2026-01-01", {"into": [{"unit_id": n, "share_percent": 60} for n in (NEW, NEWER)]}),
        ("wrong-successors", "/data/into"),
    ),
    "told before it is said": (
        ("renamed", NEW, "2026-01-01", {"name": "A", "time": "2026-03-21T00:00:00+07:00"}),
        ("occurred-in-future", "time"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_contradicts_the_register_is_refused_at_its_field(units: Register, name: str) -> None:
    (what, unit_id, day, data), expected = CASES[name]
    assert refused(units, unit(what, unit_id, day, **data)) == expected


def test_a_subject_that_is_not_the_number_is_refused(units: Register) -> None:
    action = unit("renamed", NEW, "2026-01-01", name="A")
    object.__setattr__(action, "subject", str(NEWER))
    assert refused(units, action) == ("schema-mismatch", "subject")


ALLOWED = {
    "a change that lies ahead": ("renamed", NEW, "2030-01-01", {"name": "A"}),
    "a change of the past": ("renamed", OLD, "2025-03-01", {"name": "A"}),
    "a department below its province": (
        "created",
        9,
        "2025-07-01",
        {"name": "Sở", "level": "province", "parent_id": CITY},
    ),
    "a unit of its own": ("created", 9, "2010-01-01", COMMUNE),
    "below nobody any more": ("reparented", NEW, "2026-01-01", {}),
    "a part split off": ("split", NEW, "2026-01-01", {"into": [{"unit_id": NEW}, {"unit_id": NEWER}]}),
    "one merged into another": ("merged", NEWER, "2026-01-01", {"into_unit_id": NEW}),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_fits_is_allowed(units: Register, name: str) -> None:
    what, unit_id, day, data = ALLOWED[name]
    assert refused(units, unit(what, unit_id, day, **data)) is None


def test_a_unit_with_others_below_ends_once_they_have_moved() -> None:
    units = register(before_the_reform())
    end = unit("abolished", DISTRICT, "2025-06-01")
    assert refused(units, end) == ("unit-has-children", "/data/unit_id")
    take(units, unit("reparented", OLD, "2025-06-02", parent_id=OTHER_DISTRICT))
    assert refused(units, end) == ("unit-has-children", "/data/unit_id"), "the day before it still stands there"
    take(units, unit("reparented", OLD, "2025-06-01", parent_id=OTHER_DISTRICT))
    assert refused(units, end) is None


def test_a_ring_is_found_on_its_own_day_and_on_a_later_one() -> None:
    departments = [
        ("created", n, "2025-01-01", {"name": f"Sở {n}", "level": "province", "parent_id": CITY}) for n in (7, 8, 9)
    ]
    units = register(before_the_reform())
    for what, unit_id, day, data in departments:
        take(units, unit(what, unit_id, day, **data))
    take(units, unit("reparented", 8, "2025-03-01", parent_id=7))
    assert refused(units, unit("reparented", 7, "2025-04-01", parent_id=8)) == ("unit-ring", "/data/parent_id")
    assert refused(units, unit("reparented", 7, "2025-02-01", parent_id=8)) == ("unit-ring", "/data/parent_id")
    take(units, unit("reparented", 7, "2025-02-15", parent_id=9))
    assert refused(units, unit("reparented", 9, "2025-02-20", parent_id=8)) == ("unit-ring", "/data/parent_id")
    assert refused(units, unit("reparented", 9, "2025-02-20", parent_id=CITY)) is None


def test_a_move_that_ends_before_the_ring_closes_is_allowed() -> None:
    units = register(before_the_reform())
    for number in (7, 8):
        take(units, unit("created", number, "2025-01-01", name=f"Sở {number}", level="province", parent_id=CITY))
    take(units, unit("reparented", 8, "2025-03-01", parent_id=7))
    take(units, unit("reparented", 7, "2025-03-01"))
    assert refused(units, unit("reparented", 7, "2025-02-01", parent_id=8)) is None


@pytest.mark.parametrize(("language", "word"), [("vi", f"{NEW} (Phường Phú Xuân)"), ("en", f"{NEW} (Phường Phú Xuân)")])
def test_who_names_a_unit_that_is_no_more_is_told_who_took_over(units: Register, language: Language, word: str) -> None:
    refusal = refusal_of_reference(units, unit("renamed", OLD, "2026-01-01", name="A"), NOW)
    assert refusal is not None
    assert word in problems().document(refusal, language)["detail"]
    nobody = refusal_of_reference(units, unit("renamed", DISTRICT, "2026-01-01", name="A"), NOW)
    assert nobody is not None
    assert {"vi": "không có đơn vị kế thừa", "en": "nobody did"}[language] in problems().document(nobody, language)[
        "detail"
    ]


@pytest.mark.parametrize("words", ["phu xuan", "Phú Xuân", "19753", str(NEW), "PHƯỜNG PHU"])
def test_a_unit_is_found_by_number_code_or_name_with_or_without_marks(units: Register, words: str) -> None:
    assert [one.unit_id for one, _ in found_units(units.units, words, date(2026, 3, 2))] == [NEW]


def test_without_a_day_each_unit_is_shown_as_it_was_last(units: Register) -> None:
    assert [one.unit_id for one, _ in found_units(units.units, "", None)] == [
        CITY,
        OTHER_DISTRICT,
        DISTRICT,
        OLD,
        NEW,
        NEWER,
    ]
