"""The words that fields are declared with: limits, and what many events say alike. Each limit and each description once.

A type of `events` is read by msgspec and published as JSON Schema from the same declaration (ADR 0014): `Meta` holds the limits,
`says` the description, with the Vietnamese term in brackets.
"""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta

INT32 = 2_147_483_647


def says(description: str, **json_schema: object) -> Meta:
    """What a field means; `json_schema` holds what only the published schema says and reading doesn't check."""
    return Meta(description=description, extra_json_schema=json_schema or None)


Text64 = Annotated[str, Meta(min_length=1, max_length=64)]
Text128 = Annotated[str, Meta(min_length=1, max_length=128)]
Text200 = Annotated[str, Meta(min_length=1, max_length=200)]
Text256 = Annotated[str, Meta(min_length=1, max_length=256)]
Text500 = Annotated[str, Meta(min_length=1, max_length=500)]
Text2000 = Annotated[str, Meta(min_length=1, max_length=2000)]
Text4000 = Annotated[str, Meta(min_length=1, max_length=4000)]
TextOrNone64 = Annotated[str, Meta(max_length=64)]
"""May be empty."""
Texts2000 = Annotated[tuple[Text2000, ...], Meta(min_length=1, max_length=200)]

Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339 with a UTC offset.")]
"""An instant; without an offset nobody can know which day it was."""
Day = Annotated[date, Meta(description="YYYY-MM-DD.")]
"""A local calendar day."""

Count = Annotated[int, Meta(ge=0, le=INT32)]
Number = Annotated[int, Meta(ge=1, le=INT32)]
UnitId = Number
Round = Annotated[int, Meta(ge=1, le=1000)]
Dong = Annotated[int, Meta(ge=1, le=10**15)]

ApproverId = Annotated[Text64, says("Who approved it; never the actor himself (người phê duyệt).")]
DocumentNo = Annotated[Text64, says("Number of the decision (số văn bản).")]
NoticeNo = Annotated[Text64, says("Number of the notice (số thông báo).")]
Reason = Annotated[Text4000, says("Why (lý do).")]
ReasonForCitizen = Annotated[Text4000, says("Why, in words the citizen understands (lý do).")]
SignerId = Annotated[Text64, says("Who signed it (người ký).")]
StepCode = Annotated[Text64, says("Code of the step in the procedure (mã bước).")]
