"""What a counter system sends and a supervisor asks, on the whole running system."""

from uuid import uuid4

import pytest

from events.hash_chain import first_break
from tests.integration.stack.actions import UNIT_ID, accepted, action, post
from tests.integration.stack.conftest import RunningStack
from tests.waiting import until

pytestmark = pytest.mark.integration


def intake_url(stack: RunningStack) -> str:
    return f"http://127.0.0.1:{stack.env['MOTCUA_INTAKE_PORT']}"


def test_every_process_runs_and_nothing_is_away(stack: RunningStack) -> None:
    # A program counts as running once it has stayed up for some seconds.
    until(lambda: stack.seen()["is_well"], 30, every=0.5)
    seen = stack.json("status")
    assert {one["name"]: one["state"] for one in seen["processes"]} == dict.fromkeys(
        ("kafka", "clickhouse", "intake", "relay", "deadlines", "stats", "web"), "running"
    )
    assert seen["away"] == {}


def test_an_action_reaches_its_deadline_and_its_figure(stack: RunningStack) -> None:
    subject = f"MC-{uuid4().hex[:8]}"
    status, answer, _ = post(intake_url(stack), accepted(subject, "2026-03-02T08:00:00+07:00"))
    assert status == 201
    status, ending, _ = post(
        intake_url(stack),
        action("result-ready-at-counter.v1", subject, "2026-03-09T16:30:00+07:00", {"document_no": "12/QĐ"}),
    )
    assert status == 201
    query = (
        f"SELECT outcome, due_on FROM dossiers FINAL WHERE dossier_id = '{answer['dossier_id']}' AND outcome != 'open'"
    )
    # Recorded months after it is said to have happened, it is late until a second person approves it (DR-31).
    until(lambda: stack.asked(query) == "late\t2026-03-09\n", 30)
    approval = {"target_event_id": ending["event_id"], "reason": "mất mạng", "approver_id": "ld-01"}
    status, _, _ = post(
        intake_url(stack), action("backdating-approved.v1", subject, "2026-03-10T08:00:00+07:00", approval)
    )
    assert status == 201
    until(lambda: stack.asked(query) == "on_time\t2026-03-09\n", 30)
    deadline = list(stack.lines("events", "--topic", "deadline-events", "--dossier", subject))
    assert next(one["type"] for one in deadline) == "deadline-set.v1"
    assert deadline[0]["data"]["lawful_due_at"] == "2026-03-09T17:00:00+07:00"
    recorded = stack.lines("events", "--dossier", subject)
    assert [one["streamseq"] for one in recorded] == [1, 2, 3, 4]
    assert recorded[-1]["data"]["rule"] == "B14"  # nobody has seen this approver act
    assert first_break(recorded) is None


def test_the_same_action_is_recorded_once_and_answered_the_same(stack: RunningStack) -> None:
    sent = accepted(f"MC-{uuid4().hex[:8]}", "2026-03-02T08:00:00+07:00")
    first = post(intake_url(stack), sent)
    second = post(intake_url(stack), sent)
    assert (first[0], second[0]) == (201, 200)
    assert first[1] == second[1]
    assert second[2]["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    ("language", "detail"),
    [("vi", "Hồ sơ {subject} chưa được tiếp nhận"), ("en", "Dossier {subject} is not accepted yet")],
)
def test_a_wrong_action_gets_a_problem_in_the_language_asked_for(
    stack: RunningStack, language: str, detail: str
) -> None:
    subject = f"MC-{uuid4().hex[:8]}"
    sent = action("step-started.v1", subject, "2026-03-02T08:00:00+07:00", {"step_code": "TL"})
    status, problem, headers = post(intake_url(stack), sent, {"Accept-Language": language})
    assert status == 409
    assert headers["Content-Type"].startswith("application/problem+json")
    assert problem["code"] == "not-accepted-yet"
    assert problem["detail"].startswith(detail.format(subject=subject))


def test_the_supervisor_reads_and_cannot_write(stack: RunningStack) -> None:
    assert stack.run("sql", "--format", "TSV", "SELECT 1").stdout == "1\n"
    for statement in (
        "INSERT INTO dossiers (dossier_id) VALUES ('x')",
        "DROP TABLE dossiers",
        "SELECT * FROM file('/etc/passwd')",
    ):
        done = stack.run("sql", statement)
        assert done.returncode == 1, statement
        assert done.stderr.startswith("motcua: "), done.stderr


def test_the_weekly_report_comes_as_text_json_and_csv(stack: RunningStack) -> None:
    text = stack.run("report", "weekly", "--week", "2026-03-04").stdout
    assert "BÁO CÁO NHANH TUẦN" in text
    assert "02/03/2026" in text
    report = stack.json("report", "weekly", "--week", "2026-03-04")
    assert (report["from"], report["to_exclusive"]) == ("2026-03-02", "2026-03-09")
    assert "Sớm hẹn" in stack.run("report", "weekly", "--week", "2026-03-04", "--format", "csv").stdout


def test_figures_name_every_integer_of_the_stable_interface(stack: RunningStack) -> None:
    status, _, _ = post(intake_url(stack), accepted(f"MC-{uuid4().hex[:8]}", "2026-06-02T08:00:00+07:00"))
    assert status == 201
    found = until(
        lambda: stack.json("figures", "--from", "2026-06-01", "--to", "2026-06-08", "--unit", str(UNIT_ID)), 30
    )
    assert set(found[0]) >= {
        "unit_id", "unit_name", "level", "carried_in", "received", "resolved", "early", "on_time", "late", "terminated",
        "open", "open_within", "open_paused", "open_overdue",
    }  # fmt: skip
    assert found[0]["received"] == 1


def test_unknown_topics_and_levels_are_usage_errors(stack: RunningStack) -> None:
    assert stack.run("events", "--topic", "no-such-topic").returncode == 2
    assert stack.run("figures", "--level", "ward").returncode == 2
    assert stack.run("figures", "--from", "yesterday").returncode == 2


def test_a_second_up_on_the_same_data_says_so(stack: RunningStack) -> None:
    done = stack.run("up", timeout=60)
    assert done.returncode == 4
    assert len(done.stderr.strip().splitlines()) == 1
