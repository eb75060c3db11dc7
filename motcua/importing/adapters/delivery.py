"""Sends the checked actions to intake, batch by batch, and counts what became of each of this run."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import aiohttp

from motcua.importing.adapters.prepared import Prepared
from motcua.importing.domain.findings import Effect, Place
from motcua.importing.domain.refusals import field_of, refusal_finding
from motcua.importing.outcome import Outcome
from motcua.output import CommandError, ExitCode
from motcua.sending import Sender

BATCH_SIZE = 1_000


class HistoryNotAllowedError(Exception):
    """Intake takes no history from this source: every other action would fare alike."""


async def deliver(
    intake_url: str, batches: Iterator[list[Prepared]], outcome: Outcome, show: Callable[[int], None]
) -> None:
    """Send everything in order; what was answered is counted in the outcome, also where this ends by an error.

    Raises:
        HistoryNotAllowedError: nothing more was sent.
        CommandError: intake doesn't answer any more.
    """
    async with aiohttp.ClientSession() as session:
        sender = Sender(session, intake_url)
        for batch in batches:
            answer = await sender.post(b"[" + b",".join([one.action for one in batch]) + b"]")
            _count(outcome, batch, answer)
            show(len(batch))


def _count(outcome: Outcome, batch: Sequence[Prepared], answer: dict[str, Any]) -> None:
    recorded: list[tuple[str, int]] = []
    for one, said in zip(batch, answer["answers"], strict=True):
        if said["status"] != "refused":
            recorded.append((said["recorded_at"], one.flag_count))
            continue
        problem = said["problem"]
        if problem["code"] == "history-not-allowed":
            raise HistoryNotAllowedError
        place = Place(file=one.file, line=one.line, column=one.event.column_of(field_of(problem)))
        outcome.findings.add(
            refusal_finding(
                problem, effect=Effect.REFUSED, place=place, event_type=one.event.event_type, dossier=one.code
            )
        )
    # What was recorded before has the older time of recording; what a batch records is recorded at one time.
    new = sorted(recorded, reverse=True)[: len(recorded) - answer["replayed"]]
    outcome.recorded += len(new)
    outcome.replayed += answer["replayed"]
    outcome.flagged += sum(flags for _, flags in new)


def delivered(
    intake_url: str, batches: Iterator[list[Prepared]], outcome: Outcome, show: Callable[[int], None]
) -> ExitCode:
    """`deliver`, with what ended it in the outcome; the exit code that it asks for."""
    try:
        asyncio.run(deliver(intake_url, batches, outcome, show))
    except CommandError as error:
        outcome.stopped_by = str(error)
        return error.exit_code
    except KeyboardInterrupt:
        outcome.stopped_by = "bị ngắt (Ctrl-C)"
        return ExitCode.FINDINGS
    return ExitCode.OK
