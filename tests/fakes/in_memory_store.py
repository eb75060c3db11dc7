"""An event store in memory that passes the same contract suite as the real ones, and can be told to fail.

`failures` are raised by the next calls of `append`, first in first out; with `commits_all_the_same` the failing append is kept,
as when a connection breaks after the commit.
"""

import threading
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from events.codec import dumps, from_structured, parse_json
from events.reference_data import is_reference_stream
from services.intake.domain.actors import Acted, acted_in, acts_of
from services.intake.domain.batch import Place, Receipt
from services.intake.domain.dossier import DossierState, evolve
from services.intake.domain.register import Register, SealedReference
from services.intake.domain.sealing import Recorded
from services.intake.ports import (
    KEPT_SECONDS,
    AppendConflictError,
    Link,
    LogEntry,
    RequestAnswer,
    StoreUnavailableError,
)


class InMemoryStore:
    """Both ports of the store. What is kept are bytes, as in the real ones."""

    def __init__(self) -> None:
        self.log: list[tuple[Place, bytes]] = []
        self._receipts: dict[str, Receipt] = {}
        self._answers: dict[tuple[str, str], RequestAnswer] = {}
        self._links: dict[UUID, UUID] = {}
        self._acted: dict[str, Acted] = {}
        self._register: list[Place] = []
        self.failures: list[Exception] = []
        self.commits_all_the_same = False
        self.is_away = False
        self._lock = threading.RLock()

    def load(self, dossier_ids: Collection[UUID]) -> Mapping[UUID, DossierState]:
        self._require_here()
        states: dict[UUID, DossierState] = {}
        with self._lock:
            log = sorted(self.log, key=lambda one: one[0])
        for (dossier_id, _), state in log:
            if dossier_id in dossier_ids:
                event = from_structured(parse_json(state))
                about = event.envelope
                states[dossier_id] = evolve(states.get(dossier_id), about, event.data, about.hash or "")  # type: ignore[arg-type]
        return states

    def find_receipts(self, receipt_keys: Sequence[str]) -> Mapping[str, Receipt]:
        self._require_here()
        with self._lock:
            return {key: self._receipts[key] for key in receipt_keys if key in self._receipts}

    def read_events(self, places: Sequence[Place]) -> Mapping[Place, Mapping[str, Any]]:
        self._require_here()
        return {place: parse_json(state) for place, state in self.log if place in places}

    def find_acted(self, persons: Collection[str]) -> Mapping[str, Acted]:
        self._require_here()
        with self._lock:
            return {person: self._acted[person] for person in persons if person in self._acted}

    def find_links(self, code_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
        self._require_here()
        with self._lock:
            return {one: self._links[one] for one in code_ids if one in self._links}

    def register(self, *, as_of_receipts: bool = False) -> Register:
        register = Register()
        register.take_all(self.register_after(0, len(self._register)))
        return register

    def register_after(self, register_no: int, limit: int) -> Sequence[Mapping[str, Any]]:
        self._require_here()
        if not self._register:
            return []
        with self._lock:
            stored = dict(self.log)
            places = self._register[register_no : register_no + limit]
        return [parse_json(stored[place]) for place in places]

    def append(
        self,
        sealed: Sequence[Recorded],
        receipts: Sequence[Receipt],
        answers: Sequence[RequestAnswer] = (),
        links: Sequence[Link] = (),
    ) -> None:
        self._require_here()
        failure = self.failures.pop(0) if self.failures else None
        if failure is None or self.commits_all_the_same:
            with self._lock:  # as a transaction: a thread may be put aside anywhere
                self._commit(sealed, receipts, answers, links)
        if failure is not None:
            raise failure

    def find_answer(self, sender: str, idempotency_key: str, since: int) -> RequestAnswer | None:
        self._require_here()
        kept = self._answers.get((sender, idempotency_key))
        return kept if kept is not None and kept.kept_at >= since else None

    def read_after(self, notification_id: int, limit: int) -> Sequence[LogEntry]:
        self._require_here()
        part = list(enumerate(self.log, start=1))[notification_id : notification_id + limit]
        return [LogEntry(notification_id=number, structured=parse_json(state)) for number, (_, state) in part]

    def count_by_prefix(self, prefix: str, after: int, upto: int) -> Mapping[str, int]:
        self._require_here()
        ids = [place[0] for place, _ in self.log[after:upto] if not is_reference_stream(place[0])]
        return Counter(one.hex[: len(prefix) + 2] for one in ids if one.hex.startswith(prefix))

    def events_by_prefix(self, prefix: str) -> Sequence[Mapping[str, Any]]:
        self._require_here()
        of_dossiers = [(place[0], state) for place, state in self.log if not is_reference_stream(place[0])]
        return [parse_json(state) for stream, state in of_dossiers if stream.hex.startswith(prefix)]

    def last_id(self) -> int:
        self._require_here()
        return len(self.log)

    def close(self) -> None:
        """Nothing to close."""

    def _require_here(self) -> None:
        if self.is_away:
            raise StoreUnavailableError("away, as the test told")

    def _commit(
        self,
        sealed: Sequence[Recorded],
        receipts: Sequence[Receipt],
        answers: Sequence[RequestAnswer],
        links: Sequence[Link],
    ) -> None:
        oldest = max([one.kept_at for one in answers], default=0) - KEPT_SECONDS
        self._answers = {key: one for key, one in self._answers.items() if one.kept_at >= oldest}
        places = [(one.dossier_id, one.stream_seq) for one in sealed]
        taken = {place for place, _ in self.log}
        is_taken = (
            any(place in taken for place in places)
            or any(one.receipt_key in self._receipts for one in receipts)
            or any((one.sender, one.idempotency_key) in self._answers for one in answers)
            or any(code_id in self._links or (code_id, 1) in {*taken, *places} for code_id, _ in links)
            or any(dossier_id in self._links for dossier_id, number in places if number == 1)
        )
        of_register = [one for one in sealed if isinstance(one, SealedReference)]
        numbers = list(range(len(self._register) + 1, len(self._register) + len(of_register) + 1))
        is_taken = is_taken or [one.register_no for one in of_register] != numbers
        if is_taken or len(set(places)) < len(places):
            raise AppendConflictError("a part of it is there already")
        self.log += [(place, dumps(one.structured)) for place, one in zip(places, sealed, strict=True)]
        self._links |= dict(links)
        self._acted |= acted_in(self._acted, acts_of(one for one in sealed if not isinstance(one, SealedReference)))
        self._register += [(one.dossier_id, one.stream_seq) for one in of_register]
        self._receipts |= {one.receipt_key: one for one in receipts}
        self._answers |= {(one.sender, one.idempotency_key): one for one in answers}
