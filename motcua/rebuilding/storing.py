"""Writes published events into an empty store as intake recorded them: receipts, codes, register and who acted follow from them.

What intake would decide is not asked again: what is on the topic was decided. Of an action its digest is not there, so its
receipt has none, and a repetition is judged by the event (`services.intake.domain.repeating`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from events.codec import from_structured
from events.control import DossierCodeAssigned
from events.declaration import wire_type_of
from events.dossier import DossierAccepted
from events.envelope import Event
from motcua.rebuilding.domain import Published
from motcua.verifying.domain import Finding, Findings, code_of
from services.intake.adapters.event_store import LedgerStore
from services.intake.domain import recoding
from services.intake.domain.actions import Action
from services.intake.domain.batch import Receipt
from services.intake.domain.dossier import DossierState, evolve
from services.intake.domain.register import SealedReference
from services.intake.domain.repeating import UNKNOWN_DIGEST
from services.intake.domain.sealing import Recorded
from services.intake.ports import AppendConflictError, Link

AT_ONCE = 2_000
_CODE_ASSIGNED = wire_type_of(DossierCodeAssigned)
_ACCEPTED = wire_type_of(DossierAccepted)


class Numbering(Protocol):
    """Of a store that may give numbers up: lets the next event have this number."""

    def go_on_at(self, number: int) -> None:
        """The next event that is stored gets this number."""


class StoreWriter:
    """One caller; `take` the events in the order of their numbers, then `flush`."""

    def __init__(self, store: LedgerStore, findings: Findings, numbering: Numbering | None = None) -> None:
        self.events = 0
        self.named_anew = 0
        self._store = store
        self._findings = findings
        self._numbering = numbering
        self._waiting: list[Published] = []
        self._register_no = 0
        self._next = 1

    def take(self, record: Published) -> None:
        """One more event. Raises StoreUnavailableError."""
        if record.number != self._next:
            self.flush()
            if self._numbering is not None:
                self._numbering.go_on_at(record.number)
        self._next = record.number + 1
        self._waiting.append(record)
        if len(self._waiting) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Store what waits. What can't stand beside what is stored is a finding."""
        waiting, self._waiting = self._waiting, []
        if not waiting or self._findings.count:
            return
        receipts = [(one, receipt) for one in waiting if (receipt := _receipt_of(one)) is not None]
        try:
            self._store.append(
                [self._recorded(one) for one in waiting],
                [receipt for _, receipt in receipts],
                links=self._links(waiting),
            )
        except AppendConflictError as error:
            self._name_doubled(waiting, receipts, str(error))
            return
        self.events += len(waiting)

    def _recorded(self, one: Published) -> Recorded:
        # The hash last, as intake writes it: the stored bytes are the same then.
        structured = {name: value for name, value in one.structured.items() if name != "hash"}
        structured["hash"] = one.structured["hash"]
        number, event_type = structured["streamseq"], structured["type"]
        if not one.is_reference:
            return Recorded(dossier_id=one.stream, stream_seq=number, event_type=event_type, structured=structured)
        self._register_no += 1
        return SealedReference(
            dossier_id=one.stream, stream_seq=number, event_type=event_type, structured=structured,
            register_no=self._register_no,
        )  # fmt: skip

    def _links(self, waiting: Sequence[Published]) -> list[Link]:
        """The codes that mean a dossier from some of these events on (DR-30), by what intake itself says of them."""
        naming = {one.stream for one in waiting if _may_name_anew(one.structured)}
        if not naming:
            return []
        states: dict[UUID, DossierState] = dict(self._store.load(naming))
        links: dict[UUID, UUID] = {}
        for one in waiting:
            if one.stream not in naming:
                continue
            event = from_structured(one.structured)
            state = states.get(one.stream)
            if _may_name_anew(one.structured):
                links |= self._linked(state, event, links)
                self.named_anew += one.structured["type"] == _ACCEPTED
            states[one.stream] = evolve(state, event.envelope, event.data, str(one.structured["hash"]))  # type: ignore[arg-type]
        return list(links.items())

    def _linked(self, state: DossierState | None, event: Event, links: Mapping[UUID, UUID]) -> dict[UUID, UUID]:
        said = _as_action(event)
        named = recoding.new_codes(state, said, {})
        known = {**self._store.find_links(list(named)), **links}
        return dict.fromkeys(recoding.new_codes(state, said, known), said.dossier_id)

    def _name_doubled(
        self, waiting: Sequence[Published], receipts: Sequence[tuple[Published, Receipt]], error: str
    ) -> None:
        seen: set[str] = set(self._store.find_receipts([receipt.receipt_key for _, receipt in receipts]))
        count = self._findings.count
        for one, receipt in receipts:
            if receipt.receipt_key in seen:
                self._say(one, f"the action {receipt.receipt_key} was recorded before")
            seen.add(receipt.receipt_key)
        if self._findings.count == count:
            self._say(waiting[0], f"it, or one of the {len(waiting)} from it on, can't be stored: {error}")

    def _say(self, one: Published, what: str) -> None:
        number = one.structured["streamseq"]
        self._findings.add(
            Finding(stream=str(one.stream), code=code_of(one.structured), number=number, what=what, where=one.where)
        )


def _receipt_of(one: Published) -> Receipt | None:
    """That of the action that the event came from; None of what intake said itself."""
    said = one.structured
    action_id = said.get("sourceeventref")
    if not isinstance(action_id, str):
        return None
    key = f"{said['source']}|{action_id}"
    return Receipt(receipt_key=key, digest=UNKNOWN_DIGEST, dossier_id=one.stream, stream_seq=said["streamseq"])


def _may_name_anew(structured: Mapping[str, Any]) -> bool:
    if structured["type"] == _CODE_ASSIGNED:
        return True
    return structured["type"] == _ACCEPTED and structured["data"].get("previous_code") is not None


def _as_action(event: Event) -> Action:
    """As far as it names the dossier: of two names in one acceptance the event keeps the `dossiercode`."""
    about = event.envelope
    return Action(
        action_id=about.source_event_ref or "", source=about.source, event_type=about.event_type,
        subject=about.dossier_code or about.dossier_id, occurred_at=about.occurred_at, unit_id=about.unit_id,
        digest=UNKNOWN_DIGEST, data=event.data, linked_to=UUID(about.dossier_id),  # type: ignore[arg-type]  # of a dossier
    )  # fmt: skip
