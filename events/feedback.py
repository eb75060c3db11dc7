"""Feedback of citizens: phản ánh, kiến nghị (domain.md 4.2 F). A feedback is a stream of its own, never part of a dossier's."""

from dataclasses import dataclass
from typing import Literal

from events.dossier_data import DossierData

FeedbackChannel = Literal[
    "ward",
    "one_stop",
    "citizen_reception_team",
    "leader_reception",
    "division",
    "1022",
    "dvcqg",
    "district_interaction",
    "email",
    "phone",
]
"""Where citizens can speak up; the places that the directives name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackReceived(DossierData):
    """Tiếp nhận phản ánh, kiến nghị: starts the clocks of a feedback; its subject is the feedback's own id, not a dossier's."""

    kind: Literal["behaviour", "regulation", "delay", "other"]
    feedback_channel: FeedbackChannel
    about_dossier_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackRefused(DossierData):
    """Từ chối phản ánh, kiến nghị: it is not for this agency or says nothing that could be answered."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackSupplementRequested(DossierData):
    """Yêu cầu bổ sung phản ánh, kiến nghị: what the citizen must still tell."""

    missing_items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackAnswered(DossierData):
    """Trả lời phản ánh, kiến nghị."""

    document_no: str | None = None
    answer_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackPublished(DossierData):
    """Công khai nội dung trả lời."""

    url: str | None = None


FeedbackEvent = FeedbackReceived | FeedbackRefused | FeedbackSupplementRequested | FeedbackAnswered | FeedbackPublished
