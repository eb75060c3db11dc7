"""Published events of one dossier, written down by hand: what the tests of the plain count and of the kinds are told."""

from typing import Any

READY = "result-ready-at-counter"


class Told:
    """Events of one dossier in order; each dossier event has the next number, what a clock says has that of the latest."""

    def __init__(self, unit_id: int = 7, code: str = "H57.D") -> None:
        self.unit_id, self.code, self.number = unit_id, code, 0
        self.events: list[dict[str, Any]] = []

    def did(self, kind: str, at: str, **data: Any) -> "Told":
        """Something was reported; `at` is local."""
        self.number += 1
        self._add(kind, at, data, "urn:motcua:demo:counter")
        return self

    def said(self, kind: str, at: str, **data: Any) -> "Told":
        """Something was said by a clock."""
        self._add(kind, at, {"clock_kind": "dossier", **data}, "urn:motcua:deadlines")
        return self

    def accepted(self, at: str, due: str, **data: Any) -> "Told":
        """Accepted, and its deadline set."""
        return self.did("dossier-accepted", at, **data).said("deadline-set", at, lawful_due_at=local(due))

    def ended(self, at: str, outcome: str = "early", kind: str = READY) -> "Told":
        """Ended, and classed."""
        self.did(kind, at)
        return self.said("ending-classified", at, target_event_id=self.events[-1]["id"], outcome=outcome)

    def owed(self, kind: str, at: str, due: str, **data: Any) -> "Told":
        """Something about the letter that is owed for a missed due date."""
        return self.said(kind, at, lawful_due_at=local(due), held_by_unit_id=self.unit_id, **data)

    def _add(self, kind: str, at: str, data: dict[str, Any], source: str) -> None:
        self.events.append(
            {
                "id": f"{self.code}/{len(self.events)}", "source": source, "subject": self.code, "streamseq": self.number,
                "type": f"{kind}.v1", "time": local(at), "unitid": self.unit_id, "dossiercode": self.code, "channel": 1,
                "data": data,
            }
        )  # fmt: skip


def local(at: str) -> str:
    """A local time of day, written in full."""
    return f"{at}:00+07:00"
