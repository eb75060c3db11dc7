"""A sample of the attack matrix (tests/properties/attacks) on the whole running system: late stays late (B14, DR-31)."""

from typing import Any
from uuid import uuid4

import pytest

from tests.integration.stack.actions import accepted, action, post
from tests.integration.stack.conftest import RunningStack
from tests.integration.stack.test_commands import intake_url
from tests.waiting import until

pytestmark = pytest.mark.integration

ACCEPTED, BEFORE_DUE, DUE_ON = "2026-03-02T08:00:00+07:00", "2026-03-05T09:00:00+07:00", "2026-03-09"
LETTER = {"letter_no": "XL-1", "reason": "quá tải", "signer_id": "ld-1", "medium": "post"}
ASKED = {"round_no": 1, "missing_items": ["giấy khai sinh"], "reason": "thiếu"}
EXTENDED = {"new_due_at": "2036-03-31T17:00:00+07:00", "legal_basis": "Luật Hộ tịch", "approver_id": "ld-1"}
BACK: tuple[tuple[str, dict[str, Any]], ...] = (
    ("result-ready-at-counter.v1", {}),
    ("dossier-withdrawn.v1", {}),
    ("supplement-requested.v1", ASKED),
    ("apology-sent.v1", LETTER),
)
"""What is recorded today and dated back to before the due date; only a second person can make its date count."""


@pytest.mark.parametrize(("event_type", "data"), BACK, ids=[name for name, _ in BACK])
def test_a_breached_dossier_stays_late_whatever_is_dated_back(
    stack: RunningStack, event_type: str, data: dict[str, Any]
) -> None:
    subject, url = f"MC-{uuid4().hex[:8]}", intake_url(stack)
    _, answer, _ = post(url, accepted(subject, ACCEPTED))
    standing = f"FROM dossiers FINAL WHERE dossier_id = '{answer['dossier_id']}'"
    asked = f"SELECT outcome, toDate(breached_at), apology_class {standing}"
    until(lambda: DUE_ON in stack.asked(asked), 30)
    status, _, _ = post(url, action(event_type, subject, BEFORE_DUE, data))
    assert status == 201
    flags = f"SELECT integrity_flag_count {standing}"
    until(lambda: stack.asked(flags) == "1\n", 30)
    outcome, breached_on, letter = stack.run("sql", "--format", "TSV", asked).stdout.rstrip("\n").split("\t")
    is_open = event_type in ("supplement-requested.v1", "apology-sent.v1")
    assert outcome == "open" if is_open else outcome in ("late", "terminated")
    assert (breached_on, letter) == (DUE_ON, "sent_late" if event_type == "apology-sent.v1" else "missing")
    listed = stack.json("integrity")
    assert [one["rule"] for one in listed if one["dossier_id"] == answer["dossier_id"]] == ["DR-31"]


def test_neither_history_nor_an_extension_nor_a_twin_of_oneself_cures_a_breach(stack: RunningStack) -> None:
    subject, url = f"MC-{uuid4().hex[:8]}", intake_url(stack)
    _, answer, _ = post(url, accepted(subject, ACCEPTED))
    history = action("result-ready-at-counter.v1", answer["dossier_id"], BEFORE_DUE, history=True)
    refused = {
        # A register that the operator has named, and the dossier by its own id.
        "history-on-live-dossier": history | {"source": "urn:motcua:import:so-cu"},
        "no-effect": action("deadline-extended.v1", subject, "2026-11-01T09:00:00+07:00", EXTENDED),
        "same-person": action("deadline-extended.v1", subject, BEFORE_DUE, EXTENDED | {"approver_id": "CB\u200b-01 "}),
    }
    assert {code: post(url, attack)[1]["code"] for code, attack in refused.items()} == {code: code for code in refused}
