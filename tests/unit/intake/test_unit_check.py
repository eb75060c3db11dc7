"""Every unit that an action names exists on its day, or live is refused and history flagged (domain.md 4.3, B20)."""

from typing import Any

import pytest

from events.catalog import DOSSIER_TYPES
from events.declaration import fields_of
from events.dossier import IntegrityFlagRaised
from events.reference_data import unit_stream_id
from services.intake.adapters.problems import Language
from services.intake.domain.actions import Action, Refusal
from services.intake.domain.decide import Flags
from services.intake.domain.dossier import DossierState
from services.intake.domain.sealing import seal
from services.intake.domain.unit_check import KNOWN, THERE
from services.intake.domain.unit_register import Units
from tests.unit.intake.counter import HISTORY_SOURCE, NOW, action, judge, problems
from tests.unit.intake.units import CITY, DISTRICT, NEW, NEWER, OLD, before_the_reform, reform, register

IN_MARCH, IN_JUNE = "2026-03-02T08:00:00+07:00", "2025-06-26T09:00:00+07:00"
PAST: dict[str, Any] = {"source": HISTORY_SOURCE, "history": True}
STRANGER = 99


@pytest.fixture(scope="module")
def units() -> Units:
    return register([*before_the_reform(), *reform()]).units


def decided(units: Units, one: Action, *before: Action) -> Refusal | Flags:
    state: DossierState | None = None
    for earlier in before:
        state = seal(state, earlier, (), NOW, NOW.date())[-1].state
    return judge().judge(state, one, NOW, lambda *_: [], units)


def code(decision: Refusal | Flags) -> tuple[str, str] | str:
    if isinstance(decision, Refusal):
        return decision.code, decision.field_name
    return ", ".join(f"{one.kind} {one.rule}" for one in decision)


def test_every_field_that_names_a_unit_is_looked_at() -> None:
    named = {
        (event_class, one.name)
        for event_class in DOSSIER_TYPES.values()
        for one in fields_of(event_class)
        if one.name.endswith("unit_id")
    }
    assert named == {(of, name) for table in (THERE, KNOWN) for of, names in table.items() for name in names}


@pytest.mark.parametrize(
    ("unit_id", "time", "expected"),
    [
        (NEW, IN_MARCH, ""),
        (OLD, IN_JUNE, ""),
        (OLD, IN_MARCH, ("abolished-unit", "unitid")),
        (OLD, "2025-06-30T23:59:59+07:00", ""),
        (OLD, "2025-07-01T00:00:00+07:00", ("abolished-unit", "unitid")),
        (OLD, "2025-06-30T17:00:00Z", ("abolished-unit", "unitid")),
        (NEW, IN_JUNE, ("unknown-unit", "unitid")),
        (STRANGER, IN_MARCH, ("unknown-unit", "unitid")),
    ],
)
def test_an_acceptance_needs_a_unit_that_is_there_on_its_local_day(
    units: Units, unit_id: int, time: str, expected: tuple[str, str] | str
) -> None:
    assert code(decided(units, action("dossier-accepted.v1", unitid=unit_id, time=time))) == expected


ACCEPTED = action("dossier-accepted.v1", unitid=NEW, time=IN_MARCH)


@pytest.mark.parametrize(
    ("event_type", "data", "expected"),
    [
        ("dossier-transferred.v1", {"to_unit_id": NEWER, "from_unit_id": OLD}, ""),
        ("dossier-transferred.v1", {"to_unit_id": OLD}, ("abolished-unit", "/data/to_unit_id")),
        ("dossier-transferred.v1", {"to_unit_id": STRANGER}, ("unknown-unit", "/data/to_unit_id")),
        (
            "dossier-transferred.v1",
            {"to_unit_id": NEWER, "from_unit_id": STRANGER},
            ("unknown-unit", "/data/from_unit_id"),
        ),
        ("step-started.v1", {"responsible_unit_id": DISTRICT}, ("abolished-unit", "/data/responsible_unit_id")),
        ("consultation-requested.v1", {"agency_unit_id": STRANGER}, ("unknown-unit", "/data/agency_unit_id")),
        ("dossier-reassigned-by-reorganisation.v1", {"old_unit_id": OLD, "new_unit_id": NEW}, ""),
        (
            "dossier-reassigned-by-reorganisation.v1",
            {"old_unit_id": OLD, "new_unit_id": DISTRICT},
            ("abolished-unit", "/data/new_unit_id"),
        ),
        (
            "dossier-reassigned-by-reorganisation.v1",
            {"old_unit_id": STRANGER, "new_unit_id": NEW},
            ("unknown-unit", "/data/old_unit_id"),
        ),
        ("result-ready-at-counter.v1", {"from_unit_id": DISTRICT}, ""),
        ("apology-sent.v1", {"agency_at_fault_unit_id": STRANGER}, ("unknown-unit", "/data/agency_at_fault_unit_id")),
    ],
)
def test_wherever_a_unit_is_named_it_is_looked_at(
    units: Units, event_type: str, data: dict[str, Any], expected: tuple[str, str] | str
) -> None:
    one = action(event_type, data=data, unitid=NEW, time="2026-03-04T08:00:00+07:00")
    assert code(decided(units, one, ACCEPTED)) == expected


def test_history_is_recorded_with_one_flag_for_each_code(units: Units) -> None:
    one = action("dossier-accepted.v1", unitid=OLD, time=IN_MARCH, **PAST)
    assert code(decided(units, one)) == "unknown_unit domain 4.3: abolished-unit"
    given = action("dossier-transferred.v1", 2, data={"to_unit_id": STRANGER, "from_unit_id": 98}, unitid=OLD, **PAST)
    decision = decided(units, given, action("dossier-accepted.v1", unitid=NEW, time=IN_MARCH, **PAST))
    assert code(decision) == "unknown_unit domain 4.3: abolished-unit, unknown_unit domain 4.3: unknown-unit"
    assert isinstance(decision, tuple)
    flags: tuple[IntegrityFlagRaised, ...] = decision
    assert f"unit_id={STRANGER}" in flags[1].detail
    ids = [sealed.structured["id"] for sealed in seal(None, one, flags, NOW, NOW.date())]
    assert len(set(ids)) == 3


def test_a_correction_names_no_unit_that_was_not_there(units: Units) -> None:
    stream = seal(None, ACCEPTED, (), NOW, NOW.date())
    corrected = [("unitid", NEWER, None), ("unitid", OLD, "abolished-unit"), ("unitid", STRANGER, "unknown-unit")]
    for name, value, expected in corrected:
        data = {"target_event_id": ACCEPTED.event_id, "corrected_fields": {name: value}}
        one = action("event-corrected.v1", 5, data=data, unitid=NEW)
        decision = judge().judge(stream[-1].state, one, NOW, lambda *_: [stream[0].structured], units)
        if expected is None:
            assert decision == ()
        else:
            assert code(decision) == (expected, "/data/corrected_fields/unitid")


@pytest.mark.parametrize(
    ("language", "do"),
    [("vi", "hãy gửi bằng đơn vị kế thừa: 4019753 (Phường Phú Xuân)"), ("en", "send it for the unit")],
)
def test_the_refusal_says_what_to_do(units: Units, language: Language, do: str) -> None:
    refusal = decided(units, action("dossier-accepted.v1", unitid=OLD, time=IN_MARCH))
    assert isinstance(refusal, Refusal)
    assert do in problems().document(refusal, language)["detail"]
    unknown = decided(units, action("dossier-accepted.v1", unitid=STRANGER, time=IN_MARCH))
    assert isinstance(unknown, Refusal)
    assert "motcua units load" in problems().document(unknown, language)["detail"]


def test_while_no_unit_was_ever_loaded_nothing_is_refused() -> None:
    assert decided(Units(), action("dossier-accepted.v1", unitid=STRANGER)) == ()


def test_no_dossier_has_the_id_of_a_unit(units: Units) -> None:
    taken = action("dossier-accepted.v1", subject=str(unit_stream_id(CITY)), unitid=NEW, time=IN_MARCH)
    assert code(decided(units, taken)) == ("not-a-dossier", "subject")
