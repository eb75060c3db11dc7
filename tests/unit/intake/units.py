"""A register of units for tests: a province, a district and communes of Huế around 1 July 2025, as actions and as recorded."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from events.codec import from_structured
from events.envelope import Event
from services.intake.domain.actions import ReferenceAction, Refusal
from services.intake.domain.reference_rules import refusal_of_reference
from services.intake.domain.register import Register, sealed_in
from tests.unit.intake.counter import NOW, raw_action, reader

CITY, DISTRICT, OTHER_DISTRICT, OLD, NEW, NEWER = 1000046, 2000475, 2000474, 3019750, 4019753, 4019774
SAID_AT = "2025-01-02T08:00:00+07:00"


def raw_unit(what: str, unit_id: int, valid_from: str, **data: Any) -> dict[str, Any]:
    """One CloudEvent about a unit; `time` among the data is that of the envelope."""
    attributes = {
        "time": data.pop("time", SAID_AT),
        "id": data.pop("id", f"{what}/{unit_id}/{valid_from}/{sorted(data.items())}"),
    }
    said = {"unit_id": unit_id, "valid_from": valid_from, **data}
    raw = raw_action(f"unit-{what}.v1", subject=str(unit_id), **attributes)
    return {**raw, "data": said}


def unit(what: str, unit_id: int, valid_from: str, **data: Any) -> ReferenceAction:
    read = reader().read(raw_unit(what, unit_id, valid_from, **data))
    assert isinstance(read, ReferenceAction), read
    return read


def before_the_reform() -> list[dict[str, Any]]:
    """The city, its districts and a commune, from 2025 on."""
    return [
        raw_unit("created", CITY, "2025-01-01", name="Thành phố Huế", level="province", code="46"),
        raw_unit("created", DISTRICT, "2025-01-01", name="Quận Phú Xuân", level="district", parent_id=CITY),
        raw_unit("created", OTHER_DISTRICT, "2025-01-01", name="Quận Thuận Hóa", level="district", parent_id=CITY),
        raw_unit(
            "created", OLD, "2025-01-01", name="Phường Tây Lộc", level="commune", code="19750", parent_id=DISTRICT
        ),
    ]


def reform() -> list[dict[str, Any]]:
    """1 July 2025: a commune merged into a new one, the districts abolished."""
    return [
        raw_unit("created", NEW, "2025-07-01", name="Phường Phú Xuân", level="commune", code="19753", parent_id=CITY),
        raw_unit("created", NEWER, "2025-07-01", name="Phường Kim Long", level="commune", parent_id=CITY),
        raw_unit("merged", OLD, "2025-07-01", into_unit_id=NEW),
        raw_unit("abolished", DISTRICT, "2025-07-01"),
        raw_unit("abolished", OTHER_DISTRICT, "2025-07-01"),
    ]


def register(raws: Iterable[dict[str, Any]]) -> Register:
    """The register after actions that must all be allowed."""
    known = Register()
    for raw in raws:
        action = reader().read(raw)
        assert isinstance(action, ReferenceAction), action
        take(known, action)
    return known


def recorded(raws: Iterable[dict[str, Any]]) -> list[Event]:
    """The events of actions that must all be allowed, as they are published."""
    known, events = Register(), []
    for raw in raws:
        action = reader().read(raw)
        assert isinstance(action, ReferenceAction), action
        assert refusal_of_reference(known, action, NOW) is None
        events.append(from_structured(sealed_in(known, action, NOW, NOW.date()).structured))
    return events


def take(known: Register, action: ReferenceAction, at: datetime = NOW) -> None:
    """Record an action that must be allowed."""
    refusal = refusal_of_reference(known, action, at)
    assert refusal is None, refusal
    sealed_in(known, action, at, at.date())


def refused(known: Register, action: ReferenceAction) -> tuple[str, str] | None:
    """(code, field) of the refusal, None when it is allowed."""
    refusal: Refusal | None = refusal_of_reference(known, action, NOW)
    return None if refusal is None else (refusal.code, refusal.field_name)
