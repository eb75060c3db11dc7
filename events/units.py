"""What becomes of units (domain.md 4.2 G, 4.8; OR-1, OR-3): the events of their streams."""

from typing import Annotated

from msgspec import Struct

from events.fields import Text500, TextOrNone64, UnitId, Whole, says
from events.reference_data import UnitData, UnitLevel

UnitCode = Annotated[TextOrNone64, says("Official code (mã đơn vị); the reform used codes again, so it is no key.")]
UnitName = Annotated[Text500, says("Name (tên đơn vị).")]
UnitType = Annotated[TextOrNone64, says("Type, such as phường or sở (loại đơn vị).")]


class SuccessorUnit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A unit that takes over, and how much: đơn vị kế thừa. Closed: nothing else may stand here."""

    unit_id: Annotated[UnitId, says("The unit that takes over (đơn vị kế thừa).")]
    share_percent: Annotated[Whole, says("How much of it (tỷ lệ).", minimum=1, maximum=100)] | None = None


class UnitCreated(UnitData, frozen=True, kw_only=True):
    """Unit created (Thành lập đơn vị).

    A unit begins. A unit of another level is another unit.
    """

    name: UnitName
    level: Annotated[UnitLevel, says("Tỉnh, huyện, xã (cấp).")]
    code: UnitCode | None = None
    unit_type: UnitType | None = None
    parent_id: Annotated[UnitId, says("Unit above it (đơn vị cấp trên). Left out: none.")] | None = None


class UnitRenamed(UnitData, frozen=True, kw_only=True):
    """Unit renamed (Đổi tên đơn vị).

    It is called otherwise from then on. Said again of the same day, the later word counts; so a slip is put right.
    """

    name: UnitName
    code: Annotated[UnitCode, says("Left out: as before.")] | None = None
    unit_type: Annotated[UnitType, says("Left out: as before.")] | None = None


class UnitReparented(UnitData, frozen=True, kw_only=True):
    """Unit moved under another (Chuyển đơn vị cấp trên).

    Another unit is above it from then on.
    """

    parent_id: Annotated[UnitId, says("Unit above it (đơn vị cấp trên). Left out: none.")] | None = None


class UnitMerged(UnitData, frozen=True, kw_only=True):
    """Unit merged into another (Nhập đơn vị).

    It ends; the other takes over everything.
    """

    into_unit_id: Annotated[UnitId, says("Unit that takes over (đơn vị kế thừa).")]


class UnitSplit(UnitData, frozen=True, kw_only=True):
    """Unit split (Chia, tách đơn vị).

    Several take over. A unit that goes on with what is left names itself among them; any other ends.
    """

    into: Annotated[
        tuple[SuccessorUnit, ...], says("Units that take over (các đơn vị kế thừa).", minItems=2, maxItems=100)
    ]


class UnitAbolished(UnitData, frozen=True, kw_only=True):
    """Unit abolished (Kết thúc hoạt động đơn vị).

    It ends, and nobody takes over, such as the districts on 1 July 2025.
    """


UnitEvent = UnitCreated | UnitRenamed | UnitReparented | UnitMerged | UnitSplit | UnitAbolished
