"""What may be said of an officer, and what is refused with which code (domain.md 4.6, AL-6)."""

from typing import Any

import pytest

from services.intake.adapters.problems import Language
from services.intake.domain.actions import ReferenceAction
from services.intake.domain.reference_rules import refusal_of_reference
from services.intake.domain.register import Register
from tests.unit.intake.counter import NOW, problems, reader
from tests.unit.intake.officers import officer, raw_officer
from tests.unit.intake.units import DISTRICT, NEW, NEWER, OLD, before_the_reform, reform, refused, register, take

Said = tuple[str, str, str, dict[str, Any]]
HEAD, OFFICER = {"unit_id": NEW, "role": "head_of_unit"}, {"unit_id": NEW, "role": "officer"}
ELSEWHERE = {"unit_id": NEWER, "role": "officer"}
FOR_HEAD = HEAD | {"deputy_of": "ld-1"}


@pytest.fixture
def known() -> Register:
    return register(
        [
            *before_the_reform(),
            *reform(),
            raw_officer("assigned", "ld-1", "2025-07-01", **HEAD, valid_until="2026-07-01"),
            raw_officer("assigned", "cb-1", "2025-07-01", **OFFICER),
            raw_officer("assigned", "cb-2", "2025-07-01", **OFFICER),
            raw_officer("assigned", "ld-9", "2025-07-01", unit_id=NEWER, role="head_of_unit"),
            raw_officer("assigned", "cb-2", "2026-01-01", **FOR_HEAD),
            raw_officer("absent", "ld-1", "2026-03-02", valid_until="2026-03-09"),
        ]
    )


REFUSED: dict[str, tuple[Said, tuple[str, str]]] = {
    "in a unit that nobody knows": (("assigned", "x", "2026-01-01", OFFICER | {"unit_id": 7}), ("unknown-unit", "/data/unit_id")),
    "in a unit that is not yet": (("assigned", "x", "2025-06-30", OFFICER), ("unknown-unit", "/data/unit_id")),
    "in a unit that is no more": (
        ("assigned", "x", "2025-07-01", OFFICER | {"unit_id": OLD}), ("abolished-unit", "/data/unit_id"),
    ),
    "ending before it begins": (
        ("assigned", "x", "2026-01-01", OFFICER | {"valid_until": "2025-12-31"}), ("ends-before-begin", "/data/valid_until"),
    ),
    "ending on its first day": (
        ("assigned", "x", "2026-01-01", OFFICER | {"valid_until": "2026-01-01"}), ("ends-before-begin", "/data/valid_until"),
    ),
    "the same place once more": (("assigned", "CB-1 ", "2026-01-01", OFFICER), ("officer-overlap", "/data/valid_from")),
    "in two units at once": (("assigned", "cb-1", "2026-01-01", ELSEWHERE), ("officer-elsewhere", "/data/unit_id")),
    "in two units at once, the second begun earlier": (
        ("assigned", "ld-9", "2025-07-01", OFFICER), ("officer-elsewhere", "/data/unit_id"),
    ),
    "a second head": (("assigned", "ld-2", "2026-06-30", HEAD), ("role-taken", "/data/role")),
    "a deputy of oneself": (
        ("assigned", "ld-1", "2026-01-01", HEAD | {"deputy_of": "LD-1"}), ("deputy-ring", "/data/deputy_of"),
    ),
    "a deputy of nobody": (
        ("assigned", "cb-1", "2026-01-01", HEAD | {"deputy_of": "ld-7"}), ("officer-not-assigned", "/data/deputy_of"),
    ),
    "a deputy of one who is something else there": (
        ("assigned", "cb-1", "2026-01-01", HEAD | {"deputy_of": "cb-2"} | {"role": "one_stop"}),
        ("officer-not-assigned", "/data/deputy_of"),
    ),
    "a deputy of one who isn't there any more": (
        ("assigned", "cb-1", "2026-07-01", FOR_HEAD), ("officer-not-assigned", "/data/deputy_of"),
    ),
    "deputies in a ring": (
        ("assigned", "ld-1", "2026-02-01", OFFICER | {"deputy_of": "cb-2"}), ("deputy-ring", "/data/deputy_of"),
    ),
    "a stranger ended": (("ended", "x", "2026-01-01", OFFICER), ("officer-not-assigned", "/data/unit_id")),
    "ended as something else": (("ended", "cb-1", "2026-01-01", HEAD), ("officer-not-assigned", "/data/unit_id")),
    "ended as one's own what is a deputy's": (("ended", "cb-2", "2026-02-01", HEAD), ("officer-not-assigned", "/data/unit_id")),
    "ended before it began": (("ended", "cb-1", "2025-06-30", OFFICER), ("ends-before-begin", "/data/valid_from")),
    "ended after it had ended": (("ended", "ld-1", "2026-07-02", HEAD), ("officer-not-assigned", "/data/valid_from")),
    "a stranger away": (("absent", "x", "2026-01-01", {}), ("officer-not-assigned", "/data/valid_from")),
    "away before being anywhere": (("absent", "cb-1", "2025-06-30", {}), ("officer-not-assigned", "/data/valid_from")),
    "back before being away": (
        ("absent", "cb-1", "2026-01-02", {"valid_until": "2026-01-01"}), ("ends-before-begin", "/data/valid_until"),
    ),
    "not away at all, of what nobody said": (
        ("absent", "cb-1", "2026-01-02", {"valid_until": "2026-01-02"}), ("ends-before-begin", "/data/valid_until"),
    ),
    "away twice": (("absent", "ld-1", "2026-03-08", {}), ("officer-overlap", "/data/valid_from")),
    "away from before until into it": (("absent", "ld-1", "2026-03-01", {}), ("officer-overlap", "/data/valid_from")),
    "told before it is said": (
        ("assigned", "x", "2026-01-01", OFFICER | {"time": "2026-03-21T00:00:00+07:00"}), ("occurred-in-future", "time"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_contradicts_the_register_is_refused_at_its_field(known: Register, name: str) -> None:
    (what, officer_id, day, data), expected = REFUSED[name]
    assert refused(known, officer(what, officer_id, day, **data)) == expected


def test_a_subject_that_is_not_the_officers_number_is_refused(known: Register) -> None:
    action = officer("absent", "cb-1", "2026-01-02")
    object.__setattr__(action, "subject", "cb-2")
    assert refused(known, action) == ("schema-mismatch", "subject")


ALLOWED: dict[str, Said] = {
    "two roles in one unit": ("assigned", "cb-1", "2026-01-01", OFFICER | {"role": "one_stop"}),
    "in another unit as a deputy": (
        "assigned",
        "cb-1",
        "2026-01-01",
        ELSEWHERE | {"role": "head_of_unit", "deputy_of": "ld-9"},
    ),
    "a deputy of a deputy": ("assigned", "cb-1", "2026-02-01", HEAD | {"deputy_of": "cb-2"}),
    "the next head": ("assigned", "ld-2", "2026-07-01", HEAD),
    "in a unit until it ended": ("assigned", "x", "2025-06-30", OFFICER | {"unit_id": OLD}),
    "the same end otherwise": ("assigned", "ld-1", "2025-07-01", HEAD | {"valid_until": "2026-05-01"}),
    "ended on its first day: it never began": ("ended", "cb-1", "2025-07-01", OFFICER),
    "a deputy's place ended": ("ended", "cb-2", "2026-02-01", FOR_HEAD),
    "back sooner": ("absent", "ld-1", "2026-03-02", {"valid_until": "2026-03-04"}),
    "not away after all": ("absent", "ld-1", "2026-03-02", {"valid_until": "2026-03-02"}),
    "away again": ("absent", "ld-1", "2026-03-09", {}),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_fits_is_allowed(known: Register, name: str) -> None:
    what, officer_id, day, data = ALLOWED[name]
    assert refused(known, officer(what, officer_id, day, **data)) is None


def test_a_place_ends_with_its_unit_so_the_officer_may_go_elsewhere_then() -> None:
    known = register(
        [*before_the_reform(), raw_officer("assigned", "cb-5", "2025-01-01", unit_id=DISTRICT, role="head_of_unit")]
    )
    moved = officer("assigned", "cb-5", "2025-07-01", **HEAD)
    for one in reform():
        action = reader().read(one)
        assert isinstance(action, ReferenceAction)
        take(known, action)
    assert refused(known, moved) is None
    assert refused(known, officer("assigned", "cb-5", "2025-06-30", unit_id=OLD, role="officer")) == (
        "officer-elsewhere", "/data/unit_id",
    )  # fmt: skip


def test_who_has_moved_may_come_back(known: Register) -> None:
    take(known, officer("ended", "cb-1", "2026-01-01", **OFFICER))
    take(known, officer("assigned", "cb-1", "2026-01-01", **ELSEWHERE, valid_until="2026-02-01"))
    assert refused(known, officer("assigned", "cb-1", "2026-01-31", **OFFICER)) == (
        "officer-elsewhere",
        "/data/unit_id",
    )
    assert refused(known, officer("assigned", "cb-1", "2026-02-01", **OFFICER)) is None


@pytest.mark.parametrize(("language", "word"), [("vi", "thay cho người khác"), ("en", "as a deputy")])
def test_the_refusal_says_what_to_do(known: Register, language: Language, word: str) -> None:
    refusal = refusal_of_reference(known, officer("assigned", "cb-1", "2026-01-01", **ELSEWHERE), NOW)
    assert refusal is not None
    detail = problems().document(refusal, language)["detail"]
    assert word in detail
    assert f"{NEW}" in detail
