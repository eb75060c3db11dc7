"""A counter system for tests: writes actions as structured CloudEvents and reads them with the real reader."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from events.schema_files import load_data_schemas, load_problem_codes, load_schema
from rules.book.procedure_files import load_procedures
from rules.book.rulebook import Rulebook
from rules.book.rulebook_files import load_rulebook
from rules.clocks.planning import Planner
from services.intake.adapters.action_reader import ActionReader
from services.intake.adapters.problems import Problems
from services.intake.domain.actions import Action
from services.intake.domain.judge import Judge
from tests.contract.published import minimal_example

SOURCE = "/hue/mot-cua"
HISTORY_SOURCE = "urn:motcua:import:old-register"
START = datetime.fromisoformat("2026-03-02T08:00:00+07:00")
NOW = datetime.fromisoformat("2026-03-20T12:00:00+07:00")
ACCEPTANCE: dict[str, Any] = {"procedure_code": "1.004873", "term": {"value": 7, "unit": "working_day"}}
DATA: dict[str, dict[str, Any]] = {
    "dossier-submitted.v1": {"procedure_code": "1.004873"},
    "intake-guidance-issued.v1": {"round_no": 1, "missing_items": ["Giấy khai sinh"]},
    "intake-rejected.v1": {"reason": "sai thẩm quyền"},
    "dossier-accepted.v1": ACCEPTANCE,
    "dossier-transferred.v1": {"to_unit_id": 77},
    "transfer-received.v1": {},
    "transfer-refused.v1": {"reason": "không thuộc phạm vi"},
    "step-started.v1": {"step_code": "TL"},
    "step-completed.v1": {"step_code": "TL"},
    "consultation-requested.v1": {"document_no": "215/UBND"},
    "consultation-answered.v1": {"document_no": "215/UBND"},
    "supplement-requested.v1": {"round_no": 1, "missing_items": ["Giấy khai sinh"], "reason": "thiếu"},
    "supplement-completed.v1": {"round_no": 1},
    "financial-obligation-requested.v1": {"amount_vnd": 50_000, "basis": "lệ phí trước bạ"},
    "financial-obligation-exempted.v1": {"basis": "người có công"},
    "payment-received.v1": {"amount_vnd": 50_000, "method": "cash"},
    "deadline-extended.v1": {
        "new_due_at": "2026-03-30T17:00:00+07:00",
        "legal_basis": "Luật Hộ tịch",
        "approver_id": "ld-1",
    },
    "system-outage-recorded.v1": {
        "from_at": "2026-03-02T08:00:00+07:00",
        "to_at": "2026-03-02T09:00:00+07:00",
        "scope": "mất mạng",
    },
    "result-issued.v1": {"document_no": "12/QĐ", "result_kind": "granted"},
    "result-ready-at-counter.v1": {},
    "result-delivered.v1": {"method": "counter"},
    "dossier-withdrawn.v1": {},
    "processing-stopped.v1": {"reason": "không đủ căn cứ"},
    "dossier-returned.v1": {"reason": "sai thẩm quyền"},
    "dossier-reopened.v1": {"reason": "khiếu nại", "approver_id": "ld-1"},
    "lateness-foreseen.v1": {"reason": "quá tải"},
    "apology-sent.v1": {"letter_no": "XL-1", "reason": "quá tải", "signer_id": "ld-1", "medium": "post"},
    "apology-waived.v1": {"basis": "công dân đề nghị", "approver_id": "ld-1"},
    "escalation-acknowledged.v1": {"rung": "B1"},
    "feedback-received.v1": {"kind": "delay", "feedback_channel": "1022"},
    "feedback-refused.v1": {"reason": "không thuộc thẩm quyền"},
    "feedback-supplement-requested.v1": {"missing_items": ["mã hồ sơ"]},
    "feedback-answered.v1": {},
    "feedback-published.v1": {},
    "backdating-approved.v1": {
        "target_event_id": "00000000-0000-0000-0000-000000000000",
        "reason": "mất mạng",
        "approver_id": "ld-1",
    },
    "dossier-reassigned-by-reorganisation.v1": {"old_unit_id": 5, "new_unit_id": 88, "legal_basis": "Nghị quyết"},
    "dossier-code-assigned.v1": {"code": "HS-1-moi"},
    "calendar-change-applied.v1": {
        "calendar_id": "vn-standard",
        "old_version": "2026.1",
        "new_version": "2026.1",
        "legal_source": "Thông báo",
        "reason": "hoán đổi",
    },
    "event-corrected.v1": {
        "target_event_id": "00000000-0000-0000-0000-000000000000",
        "corrected_fields": {"time": "2026-03-02T08:05:00+07:00"},
        "reason": "gõ nhầm",
        "approver_id": "ld-1",
    },
}


@cache
def reader() -> ActionReader:
    return ActionReader(load_schema("action.v1"), load_data_schemas(), (HISTORY_SOURCE,))


@cache
def problems() -> Problems:
    return Problems(load_problem_codes())


@cache
def rulebook() -> Rulebook:
    return load_rulebook()


@cache
def judge() -> Judge:
    procedures = load_procedures(rulebook().default_rule_set)
    return Judge(rulebook=rulebook(), planner=Planner(rulebook(), procedures), read=reader().read)


def raw_action(
    event_type: str, number: int = 0, *, data: dict[str, Any] | None = None, **attributes: Any
) -> dict[str, Any]:
    """The `number`th action, that many hours after the start; `data` is laid over the least that the type needs."""
    return {
        "specversion": "1.0",
        "id": f"{attributes.get('subject', 'HS-1')}/{number}/{event_type}",
        "source": SOURCE,
        "type": event_type,
        "subject": "HS-1",
        "time": (START + timedelta(hours=number)).isoformat(),
        "unitid": 5,
        "actorid": "cb-1",
        **attributes,
        "data": {**(DATA.get(event_type) or minimal_example(event_type)), **(data or {})},
    }


def action(event_type: str, number: int = 0, *, data: dict[str, Any] | None = None, **attributes: Any) -> Action:
    read = reader().read(raw_action(event_type, number, data=data, **attributes))
    assert isinstance(read, Action), read
    return read
