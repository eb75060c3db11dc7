"""A citizen's feedback, a stream of its own (QĐ 766, 5.2)."""

from types import MappingProxyType
from typing import Final

from events import dossier
from events.envelope import EnvelopeCore
from rules.clocks.facts_by_theme.fact import (
    About,
    Fact,
    Opening,
    Reading,
    Readings,
    opening,
    same,
)
from rules.due.sub_clocks import FeedbackStage


class FeedbackReceived(Opening, frozen=True, kw_only=True):
    """A citizen's feedback: answered within so many working days (QĐ 766, 5.2)."""


class FeedbackAct(Fact, frozen=True, kw_only=True):
    """What was done with feedback, and the stage whose time limit it keeps or misses."""

    is_dated = True

    stage: FeedbackStage


def _feedback_received(about: About, envelope: EnvelopeCore, data: dossier.FeedbackReceived) -> Fact:
    return FeedbackReceived(*about, **opening(envelope, data))


READINGS: Final[Readings] = MappingProxyType(
    {
        dossier.FeedbackReceived: Reading(FeedbackReceived, _feedback_received),
        dossier.FeedbackRefused: same(FeedbackAct, stage="refusal"),
        dossier.FeedbackSupplementRequested: same(FeedbackAct, stage="supplement"),
        dossier.FeedbackAnswered: same(FeedbackAct, stage="answer"),
        dossier.FeedbackPublished: same(FeedbackAct, stage="publication"),
    }
)
