"""Until when we know everything: a tick may only judge a due instant once all that was recorded before it was seen.

For each partition the broker is asked where the log ends, what stands in open transactions included; once everything before
that end has been processed, we know all that had been recorded when we asked. A worker that starts behind a backlog, is behind
under load, or waits for a transaction, therefore never calls a dossier late whose ending it simply hasn't read yet.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from faust.types import TP

from events.topics import Topic
from rules.clocks.instants import Instant
from services.deadlines.adapters.live.committed_consumer import CommittedConsumer


@dataclass(slots=True, kw_only=True)
class _Question:
    """Asked at `asked_at`, when the log ended at `end`; settled when the record at `last` is done (None: not fetched yet)."""

    asked_at: Instant
    end: int
    is_fetched: bool = False
    last: int | None = None


class Watermark:
    """Per partition of `dossier-events`: the instant up to which everything recorded has been processed."""

    def __init__(self) -> None:
        self._questions: dict[int, _Question] = {}
        self._known_until: dict[int, Instant] = {}

    def known_until(self, partition: int) -> Instant | None:
        """Everything recorded before this instant has been processed; None: not known yet."""
        return self._known_until.get(partition)

    def clear(self) -> None:
        """Partitions moved: nothing is known any more."""
        self._questions, self._known_until = {}, {}  # who is asking just now holds the old ones

    async def advance(self, consumer: CommittedConsumer, partitions: Iterable[int], now: Instant) -> None:
        """Ask for partitions without an open question, and settle what can be settled."""
        questions, known_until = self._questions, self._known_until
        new = [_tp(partition) for partition in partitions if partition not in questions]
        if new:
            for tp, end in (await consumer.high_watermarks(new)).items():
                questions[tp.partition] = _Question(asked_at=now, end=end)
        for partition, question in list(questions.items()):
            if _is_settled(question, consumer, _tp(partition)):
                del questions[partition]
                known_until[partition] = question.asked_at


def _is_settled(question: _Question, consumer: CommittedConsumer, tp: TP) -> bool:
    if not question.is_fetched:
        fetched = consumer.fetched(tp)
        if question.end == 0:
            return True
        if fetched is None or fetched.position < question.end:
            return False
        question.is_fetched, question.last = True, fetched.last_offset
    return question.last is None or consumer.is_done_to(tp, question.last)


def _tp(partition: int) -> TP:
    return TP(Topic.DOSSIER_EVENTS.value, partition)
