"""Officers of two units of Huế for tests: a head, deputies, a counter, as actions."""

from typing import Any

from services.intake.domain.actions import ReferenceAction
from tests.unit.intake.counter import raw_action, reader
from tests.unit.intake.units import SAID_AT

TYPES = {
    "assigned": "officer-assigned-to-unit.v1",
    "ended": "officer-assignment-ended.v1",
    "absent": "officer-absence-recorded.v1",
}


def raw_officer(what: str, officer_id: str, valid_from: str, **data: Any) -> dict[str, Any]:
    """One CloudEvent about an officer; `id` and `time` among the data are those of the envelope."""
    attributes = {
        "time": data.pop("time", SAID_AT),
        "id": data.pop("id", f"{what}/{officer_id}/{valid_from}/{sorted(data.items())}"),
    }
    said = {"officer_id": officer_id, "valid_from": valid_from, **data}
    raw = raw_action(TYPES[what], subject=officer_id, **attributes)
    return {**raw, "data": said}


def officer(what: str, officer_id: str, valid_from: str, **data: Any) -> ReferenceAction:
    read = reader().read(raw_officer(what, officer_id, valid_from, **data))
    assert isinstance(read, ReferenceAction), read
    return read
