"""What becomes of officers (domain.md 4.2 G, 4.6 AL-6): the events of their streams. No names: an officer is his number."""

from typing import Annotated

from events.fields import Day, UnitId, says
from events.reference_data import OfficerData, OfficerId, OfficerRole

AssignedUnitId = Annotated[UnitId, says("The unit (đơn vị).")]
Role = Annotated[OfficerRole, says("What the officer is there (vai trò).")]
DeputyOf = Annotated[
    OfficerId, says("The officer for whom this one stands in (thay cho). Left out: a place of one's own.")
]


class OfficerAssignedToUnit(OfficerData, frozen=True, kw_only=True):
    """Officer assigned to a unit (Phân công cán bộ).

    From then on the officer has a role in a unit, or stands in for one who has it. Said again of the same place and first day,
    the later word about the end counts.
    """

    unit_id: AssignedUnitId
    role: Role
    deputy_of: DeputyOf | None = None
    valid_until: (
        Annotated[Day, says("First local day on which it holds no more (đến ngày). Left out: until further notice.")]
        | None
    ) = None


class OfficerAssignmentEnded(OfficerData, frozen=True, kw_only=True):
    """Assignment of an officer ended (Kết thúc phân công).

    `valid_from` is the first day on which it holds no more; its own first day means that it never began.
    """

    unit_id: AssignedUnitId
    role: Role
    deputy_of: Annotated[DeputyOf, says("As it was said of the assignment.")] | None = None


class OfficerAbsenceRecorded(OfficerData, frozen=True, kw_only=True):
    """Absence of an officer recorded (Ghi nhận vắng mặt).

    Why is never said. Said again of the same first day, the later word about the end counts; the first day itself: not absent.
    """

    valid_until: (
        Annotated[Day, says("First local day back at work (ngày trở lại). Left out: until further notice.")] | None
    ) = None


OfficerEvent = OfficerAssignedToUnit | OfficerAssignmentEnded | OfficerAbsenceRecorded
