"""Whether the records of the topics are one whole store: which is no event of it, and which numbers nobody has. Pure.

A record is looked at where it stands in its partition, for there a stream is in order; its number where all partitions have been
put in order by their numbers. A record that is wrong is named and has no part in the second, so that one cause is named once.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from motcua.verifying.domain import KAFKA, Chain, Finding, Findings, Streams, code_of

MOST_NAMED_WRONG = 10_000


class Published(NamedTuple):
    """One record: the store's number of its event, and where it stands."""

    number: int
    stream: UUID
    structured: Mapping[str, Any]
    where: str
    is_reference: bool


class PublishedOrder:
    """Takes every record once as its partition has it, and those that are right once more in the order of their numbers."""

    def __init__(self, findings: Findings, *, may_have_unused: bool) -> None:
        self.last = 0
        self.unused = 0
        self._findings = findings
        self._chain = Chain(Streams(), findings)
        self._last_in: dict[str, Published] = {}
        self._wrong: set[int] = set()
        self._may_have_unused = may_have_unused

    def is_right(self, partition: str, record: Published) -> bool:
        """Whether a record, in the order of its partition, is the next event of its stream and has a number."""
        before, count = self._last_in.get(partition), self._findings.count
        number = record.number
        if number == 0:
            self._say(record, "it has no number: the relay gives each one")
        elif before is not None and number <= before.number:
            self._say(
                record, f"its number {number} stands behind number {before.number} at {before.where}: one is wrong"
            )
        elif (
            self._chain.take(record.stream.int, record.structured["streamseq"], record.structured, record.where) is None
        ):
            pass  # named by the chain
        if self._findings.count == count:
            self._last_in[partition] = record
            return True
        if len(self._wrong) < MOST_NAMED_WRONG:
            self._wrong.add(number)
        return False

    def take(self, record: Published) -> bool:
        """The next record by number; whether it follows, so that it may be stored."""
        number, expected = record.number, self.last + 1
        if number < expected:
            self._say(record, f"a second event with the store's number {number}")
            return False
        self.last = number
        if number > expected:
            return self._jumps(record, expected)
        return True

    def _jumps(self, record: Published, expected: int) -> bool:
        missing = record.number - expected
        named = sum(1 for one in self._wrong if expected <= one < record.number)
        if missing == named:
            return False  # each of them is named as a record that is wrong
        if self._may_have_unused:
            self.unused += missing
            return True
        numbers = f"number {expected} is" if missing == 1 else f"numbers {expected} to {record.number - 1} are"
        self._say(record, f"the store's {numbers} missing before it")
        return False

    def _say(self, record: Published, what: str) -> None:
        self._findings.add(
            Finding(
                stream=str(record.stream),
                code=code_of(record.structured),
                number=record.structured["streamseq"],
                what=what,
                where=record.where or KAFKA,
            )
        )
