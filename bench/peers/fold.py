"""The simple fold of the Python peers; `kafka-streams/` does the same in Java. Described in the package's docstring.

Needs the standard library only, because it also runs in the environment of Quix Streams.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

DAY = 86_400
ENDINGS = frozenset(
    {"result-ready-at-counter.v1", "dossier-withdrawn.v1", "processing-stopped.v1", "dossier-returned.v1"}
)

State = dict[str, Any]
Output = dict[str, Any]


def fold(
    before: State | None, subject: str, value: Mapping[str, Any], headers: Mapping[str, bytes]
) -> tuple[State | None, Output | None]:
    """The state after an event, None where the event is not new; and what is to be said, if anything."""
    seq = int(headers["ce_streamseq"])
    state = before or {
        "seq": 0, "accepted_at": None, "term_days": None, "paused_at": None, "due": None, "ended": False,
    }  # fmt: skip
    if seq <= state["seq"]:
        return None, None
    state["seq"] = seq
    said = _turn(state, headers["ce_type"].decode(), headers["ce_time"].decode(), value)
    return state, _output(said, state, subject, headers) if said else None


def _turn(state: State, event_type: str, time: str, value: Mapping[str, Any]) -> str | None:
    at = int(datetime.fromisoformat(time).timestamp())
    if event_type == "dossier-accepted.v1":
        state["accepted_at"] = at
        state["term_days"] = value["term"]["value"]
        state["due"] = at + state["term_days"] * DAY
        return "set"
    if event_type == "supplement-requested.v1":
        state["paused_at"] = at
    elif event_type == "supplement-completed.v1" and state["paused_at"] is not None:
        state["due"] += at - state["paused_at"]
        state["paused_at"] = None
        return "moved"
    elif event_type in ENDINGS and not state["ended"]:
        state["ended"] = True
        return "met" if at <= state["due"] else "late"
    return None


def _output(said: str, state: State, subject: str, headers: Mapping[str, bytes]) -> Output:
    return {
        "specversion": "1.0",
        "id": f"{subject}/{state['seq']}",
        "source": "urn:motcua:bench:peer",
        "type": f"bench-deadline-{said}.v1",
        "subject": subject,
        "time": headers["ce_time"].decode(),
        "streamseq": state["seq"],
        "openedon": headers["ce_openedon"].decode(),
        "unitid": int(headers["ce_unitid"]),
        "dossiercode": headers["ce_dossiercode"].decode(),
        "procedurecode": headers["ce_procedurecode"].decode(),
        "causationid": headers["ce_id"].decode(),
        "data": {
            "accepted_at": state["accepted_at"],
            "term_days": state["term_days"],
            "due": state["due"],
            "paused_at": state["paused_at"],
            "ended": state["ended"],
        },
    }
