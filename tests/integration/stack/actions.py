"""Small actions as a counter system sends them."""

import json
import urllib.error
import urllib.request
from typing import Any
from uuid import uuid4

SOURCE = "https://quay.example.vn/1"
UNIT_ID = 4019753


def action(event_type: str, subject: str, time: str, data: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """One CloudEvent."""
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": SOURCE,
        "type": event_type,
        "subject": subject,
        "time": time,
        "unitid": UNIT_ID,
        "channel": 1,
        "actorid": "cb-01",
        "data": data or {},
        **more,
    }


def accepted(subject: str, time: str, days: int = 5, **more: Any) -> dict[str, Any]:
    """An acceptance with a term in working days, of a procedure that the catalogue doesn't have: no other term binds (B15)."""
    data = {"procedure_code": "1.004859", "term": {"value": days, "unit": "working_day"}}
    return action("dossier-accepted.v1", subject, time, data, **more)


def post(url: str, body: Any, headers: dict[str, str] | None = None) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Status, body and headers of POST /v1/actions."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{url}/v1/actions", raw, {"Content-Type": "application/cloudevents+json", **(headers or {})}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer), dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error), dict(error.headers)
