"""Feedback of citizens: phản ánh, kiến nghị (domain.md 4.2 F). A feedback is a stream of its own, never part of a dossier's."""

from typing import Annotated, Literal

from events.dossier_data import DossierData
from events.fields import Reason, Text64, Texts2000, says

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


class FeedbackReceived(DossierData, frozen=True, kw_only=True):
    """Feedback received (Tiếp nhận phản ánh, kiến nghị).

    Starts the clocks of a feedback. The subject is the feedback's own id or code, never a dossier's.
    """

    kind: Annotated[Literal["behaviour", "regulation", "delay", "other"], says("Hành vi, quy định, chậm trễ, khác.")]
    feedback_channel: Annotated[
        FeedbackChannel,
        says(
            "Where it came in: phường/xã, Một cửa, Tổ tiếp công dân, lãnh đạo tiếp, phòng ban, 1022, Cổng DVCQG, kênh tương tác"
            " của quận/huyện, thư điện tử, điện thoại."
        ),
    ]
    about_dossier_id: (
        Annotated[str, says("`dossier_id` of the dossier it is about (hồ sơ được phản ánh).", format="uuid")] | None
    ) = None


class FeedbackRefused(DossierData, frozen=True, kw_only=True):
    """Feedback refused (Từ chối phản ánh, kiến nghị).

    Ends the clocks of the feedback.
    """

    reason: Reason


class FeedbackSupplementRequested(DossierData, frozen=True, kw_only=True):
    """Feedback supplement requested (Yêu cầu bổ sung phản ánh, kiến nghị).

    The citizen is asked for what is missing.
    """

    missing_items: Annotated[Texts2000, says("What the citizen must still tell (nội dung cần bổ sung).")]


class FeedbackAnswered(DossierData, frozen=True, kw_only=True):
    """Feedback answered (Trả lời phản ánh, kiến nghị).

    Ends the clock of the answer and starts that of the publication.
    """

    document_no: Annotated[Text64, says("Number of the answer (số văn bản trả lời).")] | None = None
    answer_hash: Annotated[str, says("SHA-256 of the answer, in hexadecimal.", pattern="^[0-9a-f]{64}$")] | None = None


class FeedbackPublished(DossierData, frozen=True, kw_only=True):
    """Answer to feedback published (Công khai nội dung trả lời).

    Ends the last clock of the feedback.
    """

    url: Annotated[str, says("Where it can be read (địa chỉ công khai).", format="uri", maxLength=2000)] | None = None


FeedbackEvent = FeedbackReceived | FeedbackRefused | FeedbackSupplementRequested | FeedbackAnswered | FeedbackPublished
