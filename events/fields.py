"""The words that fields are declared with: limits, and what many events say alike. Each limit and each description once.

A type of `events` is read by msgspec and published as JSON Schema from the same declaration (ADR 0014). Reading checks kinds:
text, number, instant, one of a list. Limits are published, and checked at the door only: one that is drawn closer some day must
not make unreadable what was recorded before.
"""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta

INT32 = 2_147_483_647


def says(description: str, **limits: object) -> Meta:
    """What a field means, with its Vietnamese term in brackets, and limits of its own."""
    return Meta(description=description, extra_json_schema=limits or None)


def limits(**json_schema: object) -> Meta:
    """What is published of a field besides its kind, in the words of JSON Schema."""
    return Meta(extra_json_schema=json_schema)


Text64 = Annotated[str, limits(minLength=1, maxLength=64)]
Text128 = Annotated[str, limits(minLength=1, maxLength=128)]
Text200 = Annotated[str, limits(minLength=1, maxLength=200)]
Text256 = Annotated[str, limits(minLength=1, maxLength=256)]
Text500 = Annotated[str, limits(minLength=1, maxLength=500)]
Text2000 = Annotated[str, limits(minLength=1, maxLength=2000)]
Text4000 = Annotated[str, limits(minLength=1, maxLength=4000)]
TextOrNone64 = Annotated[str, limits(maxLength=64)]
"""May be empty."""
Texts2000 = Annotated[tuple[Text2000, ...], limits(minItems=1, maxItems=200)]

Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339 with a UTC offset.")]
"""An instant; without an offset nobody can know which day it was."""
Day = Annotated[date, Meta(description="YYYY-MM-DD.")]
"""A local calendar day."""

Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""A whole number that JSON writers can write again."""
Count = Annotated[Whole, limits(minimum=0, maximum=INT32)]
Number = Annotated[Whole, limits(minimum=1, maximum=INT32)]
UnitId = Number
Round = Annotated[Whole, limits(minimum=1, maximum=1000)]
Dong = Annotated[Whole, limits(minimum=1, maximum=10**15)]

ApproverId = Annotated[Text64, says("Who approved it; never the actor himself (người phê duyệt).")]
DocumentNo = Annotated[Text64, says("Number of the decision (số văn bản).")]
NoticeNo = Annotated[Text64, says("Number of the notice (số thông báo).")]
Reason = Annotated[Text4000, says("Why (lý do).")]
ReasonForCitizen = Annotated[Text4000, says("Why, in words the citizen understands (lý do).")]
SignerId = Annotated[Text64, says("Who signed it (người ký).")]
StepCode = Annotated[Text64, says("Code of the step in the procedure (mã bước).")]
