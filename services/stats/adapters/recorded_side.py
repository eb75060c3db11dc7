"""What is recorded, asked of intake: counts by the letters of the dossiers' ids, and the events of a small part (ADR 0026).

Blocks; OSError where intake does not answer, or not as it should.
"""

import json
import re
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

ANSWER_SECONDS = 10.0
"""Short, because a loader that is stopped waits for it. At first intake counts the whole store; if that takes longer, it is
counted when it is asked again."""
_LETTERS = re.compile("[0-9a-f]+")
Ages = dict[tuple[str, int, str], float]
"""(dossier, number, event id) -> seconds."""


class Settled(NamedTuple):
    """All events up to number `through`, recorded at `recorded_until`; that it is reached is known since `age_seconds`."""

    through: int
    recorded_until: datetime
    age_seconds: float
    counts: Mapping[str, int]


class RecordedSide:
    """Intake at one address."""

    def __init__(self, intake_url: str) -> None:
        self._url = f"{intake_url}/internal/recorded"

    def settled(self) -> Settled:
        """The counts of all parts as of a moment that is old enough for all of it to be counted."""
        told = self._asked("")
        until = told["recorded_until"]
        return Settled(
            through=told["through"],
            recorded_until=datetime.fromisoformat(until) if until else datetime.fromtimestamp(0, UTC),
            age_seconds=told["age_seconds"],
            counts=told["counts"],
        )

    def counts_within(self, prefix: str, through: int) -> Mapping[str, int]:
        """The counts inside one part, up to a number; nothing is recorded under what can't begin an id."""
        if not _LETTERS.fullmatch(prefix):
            return {}
        found: Mapping[str, int] = self._asked(f"?within={prefix}&through={through}")["counts"]
        return found

    def events_within(self, prefix: str, width: int) -> Ages:
        """Every event of the dossiers whose ids begin so, with its age in seconds; a shorter prefix can't begin an id."""
        if len(prefix) < width or not _LETTERS.fullmatch(prefix):
            return {}
        events = self._asked(f"/events?within={prefix}")["events"]
        return {(one["dossier_id"], one["stream_seq"], one["event_id"]): one["age_seconds"] for one in events}

    def _asked(self, question: str) -> Any:
        try:
            with urllib.request.urlopen(f"{self._url}{question}", timeout=ANSWER_SECONDS) as answer:  # noqa: S310  # our own address
                return json.load(answer)
        except ValueError as error:
            raise OSError(f"intake at {self._url} does not answer as it should: {error}") from error
        except OSError as error:
            raise OSError(f"intake does not answer at {self._url}: {error}") from error
