"""What the data of every event about a reference thing has in common, and the id of the stream that holds a thing's events.

Units and officers; procedures, calendars and targets follow by the same recipe (ADR 0020). `time` in the envelope is when it was
said or decided; from which local day it holds stands in the data (`valid_from`), and may lie ahead. Each has a `stream_id` and a
`subject`: who sends it names the thing by that.
"""

from typing import Annotated, Final, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from events.dossier_data import DossierData
from events.fields import Day, Text64, Text2000, UnitId, says
from events.identity import person_of

UnitLevel = Literal["province", "district", "commune"]
"""Cấp: tỉnh, huyện, xã (B3)."""
OfficerRole = Literal[
    "officer", "team_leader", "one_stop", "deputy_head", "head_of_unit", "committee_office", "vice_chair", "chair"
]
"""Công chức thụ lý, tổ trưởng, bộ phận Một cửa, cấp phó, người đứng đầu, văn phòng, phó chủ tịch, chủ tịch (domain.md 4.6)."""
OfficerId = Text64
"""How counter systems name an officer (`actorid`); two of them are one officer if `person_of` says so."""

_NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:motcua:reference")
_VERSION: Final = 8


class UnitData(DossierData, frozen=True, kw_only=True):
    """Common to every event about a unit; `subject` of the action is `unit_id` in digits."""

    unit_id: Annotated[UnitId, says("The unit that it is about (đơn vị); never used again for another.")]
    valid_from: Annotated[Day, says("Local day from which it holds (có hiệu lực từ ngày).")]
    legal_basis: Annotated[Text2000, says("Legal basis (căn cứ pháp lý).")] | None = None

    @property
    def subject(self) -> str:
        """How the thing is named by who sends it."""
        return str(self.unit_id)

    @property
    def stream_id(self) -> UUID:
        """The stream that holds its events."""
        return unit_stream_id(self.unit_id)


class OfficerData(DossierData, frozen=True, kw_only=True):
    """Common to every event about an officer; `subject` of the action is `officer_id`."""

    officer_id: Annotated[
        OfficerId, says("Number of the officer, never a name (mã cán bộ); never used again for another.")
    ]
    valid_from: Annotated[Day, says("Local day from which it holds (có hiệu lực từ ngày).")]
    legal_basis: Annotated[Text2000, says("Legal basis (căn cứ pháp lý).")] | None = None

    @property
    def subject(self) -> str:
        """How the thing is named by who sends it."""
        return self.officer_id

    @property
    def stream_id(self) -> UUID:
        """The stream that holds its events."""
        return officer_stream_id(self.officer_id)


def unit_stream_id(unit_id: int) -> UUID:
    """The id of a unit's stream, and its Kafka key: the same in every installation."""
    return _stream_id(f"unit|{unit_id}")


def officer_stream_id(officer_id: str) -> UUID:
    """The id of an officer's stream, and its Kafka key: the same however the number was typed."""
    return _stream_id(f"officer|{person_of(officer_id)}")


def is_reference_stream(stream_id: UUID) -> bool:
    """Whether an id is that of a reference thing, so that no dossier may have it."""
    return stream_id.int >> 76 & 0xF == _VERSION  # as UUID.version, but asked of every action


def _stream_id(thing: str) -> UUID:
    """A UUID of version 8 (RFC 9562: made by rules of one's own), which no dossier has."""
    made = uuid5(_NAMESPACE, thing).int
    return UUID(int=made & ~(0xF << 76) | _VERSION << 76)
