"""What the data of every event about a dossier has in common.

When it happened, who acted, for which unit and on which dossier stand in the envelope (`events.envelope`); a class holds only
what is particular to its type. The first line of its docstring is its English and its Vietnamese name, the rest what it means;
both are published. Instants are aware datetimes; `*_on`, `*_by` are local calendar days of the unit where their type is a date.
"""

from types import MappingProxyType
from typing import Annotated, Any, Literal

from msgspec import Struct

from events.fields import Whole, says

TermUnit = Literal["hour", "working_day", "calendar_day", "month", "same_day"]
"""The procedure's own unit of term; never converted into another (domain.md 2.6)."""

JsonObject = MappingProxyType[str, Any]
"""A JSON object of any fields. msgspec can't read such a type; `events.data_codec` does, so that nothing in it is changed."""

NO_FIELDS: JsonObject = MappingProxyType({})


class GivenTerm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """The term as the procedure states it: thời hạn giải quyết. Closed: nothing else may stand here."""

    value: Annotated[Whole, says("How many; a term of zero is refused (DR-09).", minimum=1, maximum=10_000)]
    unit: Annotated[TermUnit, says("giờ, ngày làm việc, ngày, tháng, trong ngày.")]


Term = Annotated[
    GivenTerm, says("The term as the procedure states it (thời hạn giải quyết); the unit is never converted.")
]


class DossierData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """Common to every event's data. `extra` keeps the fields of a newer writer that this version does not know."""

    extra: JsonObject = NO_FIELDS
