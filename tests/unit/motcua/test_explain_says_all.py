"""An explanation says what an inspector asks: the class of the figures, each ending, breach and letter, and late records."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from events import dossier
from events.deadline import EndingClassified
from motcua.explaining import Writer
from rules.explain.dossier_explanation import DossierExplanation
from rules.explain.dossier_json import explanation_json
from services.page.adapters.dictionaries import load_dictionaries
from services.stats.domain.facts import DossierFacts
from services.stats.domain.facts import fold as fold_facts
from services.stats.domain.rows import DossierKey, known_event
from tests.lanes.examples import examples
from tests.properties.deadlines.random_lives import Told, lives
from tests.unit.deadlines.calendars import swapped
from tests.unit.deadlines.life import CHAINED, Life, Watch, at, term, told
from tests.unit.motcua.explained_lives import explained
from tests.unit.motcua.test_explain_agrees import BOOK
from tests.unit.stats.places import places_of

LATE = timedelta(days=7)


def facts_of(life: Life, said: list[Any]) -> DossierFacts | None:
    key = DossierKey(life.events[0].envelope.opened_on, life.dossier_id)
    return fold_facts(key, map(known_event, [*life.events, *said]), places_of([]))


def accepted() -> Life:
    """Five working days from Monday 02/03/2026: due on Monday 09/03 17:00, a letter latest on Friday 06/03 17:00."""
    return Life().accepted("2026-03-02T08:00", term(5))


def looked(life: Life, until: str | None = "2026-03-31T00:00") -> dict[str, Any]:
    """The explanation of a life after a look at a later instant; it has the class and the letters of the facts."""
    said = told(life, until)
    found = explained(life, said)
    agrees_with_facts(found, facts_of(life, said))
    return explanation_json(found)


def agrees_with_facts(found: DossierExplanation, facts: DossierFacts | None) -> None:
    if facts is None:
        assert found.headline is None
        return
    assert found.headline == facts.outcome
    assert [(one.headline, one.counts_at, one.judged_due_at) for one in found.endings] == [
        (one.outcome, one.ended_at, one.judged_due_at) for one in facts.endings
    ]
    assert [one.reopened_at for one in found.endings if one.reopened_at] == facts.reopenings[: len(found.endings)]
    stands = [one for one in found.obligations if not one.lapsed]
    assert [(one.due_at, one.held_by_unit_id, one.latest_at, one.apology_class) for one in stands] == [
        (one.due_at, one.unit_id, one.latest_at, one.apology_class) for one in facts.obligations
    ]


def written(found: dict[str, Any], language: str = "vi") -> str:
    lines = Writer(load_dictionaries()[language], language).lines(found)
    return " ".join(" ".join(lines).split())


@settings(deadline=None, max_examples=examples(100))
@given(lives())
def test_every_life_is_headed_by_the_class_of_the_figures_with_its_endings_and_letters(life_told: Told) -> None:
    watch = Watch(life_told.life.dossier_id, swapped())
    for event, known_at in zip(life_told.life.events, life_told.known_at, strict=True):
        watch.hear(event, known_at)
    found = explained(life_told.life, watch.emitted, of=BOOK, known_at=life_told.known_at)
    agrees_with_facts(found, facts_of(life_told.life, watch.emitted))


@pytest.mark.parametrize(
    ("life", "outcome", "classification", "rule", "counts_at"),
    [
        (accepted().ready("2026-03-06T09:00"), "early", "early", "DR-08", "2026-03-06T09:00"),
        (accepted().ready("2026-03-10T09:00"), "late", "late", "DR-08", "2026-03-10T09:00"),
        (accepted().ready("2026-03-06T09:00", delay=LATE), "late", "late", "DR-31", "2026-03-13T09:00"),
        (
            accepted().ready("2026-03-06T09:00", delay=LATE).approved("2026-03-16T09:00"),
            "early",
            "early",
            "DR-31",
            "2026-03-06T09:00",
        ),
        (accepted().withdrawn("2026-03-06T09:00"), "terminated", "early", "DR-08", "2026-03-06T09:00"),
        (accepted().withdrawn("2026-03-06T09:00", delay=LATE), "terminated", "late", "DR-31", "2026-03-13T09:00"),
        (accepted().asked("2026-03-04T09:00").ready("2026-03-20T10:00"), "early", "early", "DR-08", "2026-03-20T10:00"),
        (Life().accepted("2026-03-02T08:00").ready("2026-03-06T09:00"), "unknown", "unknown", "DR-09", None),
        (
            accepted()
            .ready("2026-03-06T09:00")
            .corrected("2026-03-12T09:00", {"time": at("2026-03-11T09:00").isoformat()}, 2),
            "late",
            "late",
            "DR-08",
            "2026-03-11T09:00",
        ),
    ],
)
def test_the_headline_is_the_class_of_the_figures(
    life: Life, outcome: str, classification: str, rule: str, counts_at: str | None
) -> None:
    found = looked(life)
    (ending,) = found["endings"]
    assert (found["outcome"], found["differs"]) == (outcome, False)
    assert (ending["outcome"], ending["classification"], ending["rule"]) == (outcome, classification, rule)
    assert counts_at is None or ending["counts_at"] == at(counts_at).isoformat()
    texts = load_dictionaries()["vi"]
    text = written(found)
    assert f"Phân loại: {texts(f'outcome.{outcome}')}" in text
    assert not found["clocks"] or f"TOÀN BỘ HỒ SƠ – {texts(f'outcome.{outcome}').upper()}" in text
    assert outcome == classification or f"theo hạn: {texts(f'outcome.{classification}')}" in text


def test_before_an_ending_and_before_the_acceptance_there_is_no_class_yet() -> None:
    assert looked(accepted())["outcome"] == "open"
    assert looked(Life().submitted("2026-03-02T08:00"))["outcome"] is None


def test_an_ending_while_waiting_is_judged_by_what_was_left_then() -> None:
    found = looked(accepted().asked("2026-03-04T09:00").ready("2026-03-20T10:00"))
    assert found["endings"][0]["judged_due_at"] == at("2026-03-25T17:00").isoformat()


def test_each_ending_stands_with_its_class_its_period_and_its_due_date() -> None:
    life = accepted().ready("2026-03-06T09:00").reopened("2026-03-11T10:00").withdrawn("2026-03-20T10:00")
    found = looked(life)
    told = [
        (one["outcome"], one["classification"], one["counts_at"][:16], (one["reopened_at"] or "")[:16])
        for one in found["endings"]
    ]
    assert found["outcome"] == "terminated"
    assert told == [
        ("early", "early", "2026-03-06T09:00", "2026-03-11T10:00"),
        ("terminated", "late", "2026-03-20T10:00", ""),
    ]
    assert [one["judged_due_at"][:10] for one in found["endings"]] == ["2026-03-09", "2026-03-12"]
    text = written(found)
    assert (
        "Kết quả đã về Một cửa Thứ Sáu 06/03/2026 09:00: Sớm hẹn (DR-08); xét theo hạn Thứ Hai 09/03/2026 17:00" in text
    )
    assert "tính vào kỳ có thời điểm Thứ Sáu 06/03/2026 09:00; mở lại Thứ Tư 11/03/2026 10:00" in text


def test_the_class_of_an_open_dossier_that_was_reopened_is_open() -> None:
    found = looked(accepted().ready("2026-03-06T09:00").reopened("2026-03-11T10:00"), None)
    assert (found["outcome"], [one["outcome"] for one in found["endings"]]) == ("open", ["early"])


def test_a_class_that_was_stored_otherwise_differs() -> None:
    life = accepted().ready("2026-03-06T09:00")
    said = [
        replace(one, data=replace(one.data, outcome="late")) if isinstance(one.data, EndingClassified) else one
        for one in told(life)
    ]
    found = explanation_json(explained(life, said))
    assert (found["differs"], found["endings"][0]["recorded"]) == (True, "late")
    assert "<<< LỆCH VỚI SỰ KIỆN ĐÃ GHI: Trễ hẹn" in written(found)


def test_the_time_between_an_end_and_a_reopening_is_no_wait_for_the_citizen() -> None:
    found = looked(accepted().ready("2026-03-06T09:00").reopened("2026-03-11T10:00"), None)
    (clock,) = found["clocks"]
    (entry,) = clock["ledger"]
    assert entry["cause"] == "reopening"
    reasons = {day["day"]: day["reason"] for day in clock["lawful_count"]["days"]}
    assert [reasons[f"2026-03-{day}"] for day in ("09", "10", "11", "12")] == ["since_end"] * 3 + ["working_day"]
    assert "thời gian từ khi kết thúc đến khi mở lại" in written(found)
    assert "chờ người dân" not in written(found)
    assert "time since the end" in written(found, "en")
    assert "wait" not in written(found, "en")


def test_each_missed_due_date_stands_with_its_instant_and_its_holder() -> None:
    life = Life(procedure_code=CHAINED).accepted("2026-03-02T09:00").moved_to("2026-03-05T09:00", 31)
    found = looked(life, "2026-04-10T00:00")
    told_of = [
        (one["event_type"], one["clock_kind"], one["at"][:16], one["held_by_unit_id"]) for one in found["breaches"]
    ]
    assert told_of == [
        ("step-breached.v1", "transfer", "2026-03-02T17:00", 26734),
        ("step-breached.v1", "agency", "2026-03-24T17:00", 31),
        ("dossier-breached.v1", "dossier", "2026-03-25T17:00", 31),
    ]
    assert "Thứ Tư 25/03/2026 17:00, đơn vị giữ hồ sơ khi đó: 31" in written(found)


def test_each_obligation_stands_with_its_letter() -> None:
    missing = looked(accepted())["obligations"]
    assert [(one["due_at"][:16], one["latest_at"][:16], one["apology_class"]) for one in missing] == [
        ("2026-03-09T17:00", "2026-03-06T17:00", "missing")
    ]
    sent = looked(accepted().apologised("2026-03-12T09:00"))
    assert [(one["apology_class"], one["sent_at"][:16]) for one in sent["obligations"]] == [
        ("sent_late", "2026-03-12T09:00")
    ]
    assert "thư chậm nhất Thứ Sáu 06/03/2026 17:00; đã gửi Thứ Năm 12/03/2026 09:00; Đã gửi muộn" in written(sent)
    waived = looked(accepted().waived("2026-03-12T09:00"))
    assert [(one["apology_class"], one["waived_at"][:16]) for one in waived["obligations"]] == [
        ("waived", "2026-03-12T09:00")
    ]


def test_an_obligation_that_lapsed_says_why() -> None:
    life = accepted().ready("2026-03-06T09:00", delay=LATE).approved("2026-03-16T09:00")
    found = looked(life)
    (owed,) = found["obligations"]
    assert (owed["apology_class"], owed["lapsed"]) == ("none", "ended_in_time")
    assert "không còn phải gửi: đã xong trong hạn" in written(found)


def late_of(life: Life) -> tuple[dict[str, Any], str]:
    found = looked(life, None)
    (late,) = found["late_events"]
    return late, written(found)


def test_what_was_recorded_late_stands_with_both_instants_and_the_limit_in_between() -> None:
    late, text = late_of(accepted().ready("2026-03-06T09:00", delay=LATE))
    assert (late["subject"], late["is_waiting"], late["approved_at"]) == ("ending", True, None)
    assert [late[name][:16] for name in ("at", "recorded_at", "counts_at")] == [
        "2026-03-06T09:00",
        "2026-03-13T09:00",
        "2026-03-13T09:00",
    ]
    assert at("2026-03-09T17:00").isoformat() in late["limits"]
    assert "ghi nhận Thứ Sáu 13/03/2026 09:00; mốc nằm ở giữa:" in text
    assert "phân loại kết thúc theo Thứ Sáu 13/03/2026 09:00; đang chờ người thứ hai duyệt" in text


def test_what_was_approved_says_by_whom_and_when() -> None:
    late, text = late_of(accepted().ready("2026-03-06T09:00", delay=LATE).approved("2026-03-16T09:00"))
    assert (late["is_waiting"], late["approver_id"], late["approved_at"][:16]) == (False, "o-9", "2026-03-16T09:00")
    assert late["counts_at"] == late["at"]
    assert "o-9 đã duyệt Thứ Hai 16/03/2026 09:00" in text


def test_what_a_late_record_decides_is_named() -> None:
    letter = dossier.ApologySent(letter_no="12/TXL", reason="chậm", signer_id="o-1", medium="paper")
    done = dossier.StepCompleted(step_code="review")
    subjects = {
        "request": accepted().asked("2026-03-06T09:00", delay=LATE),
        "answer": accepted().asked("2026-03-04T09:00").supplemented("2026-03-05T09:00", delay=LATE),
        "extension": accepted().extended("2026-03-06T09:00", at("2026-03-20T17:00"), delay=LATE),
        "letter": accepted().then("2026-03-06T09:00", letter, delay=LATE),
        "part": accepted()
        .step("2026-03-02T09:00", budget=term(1))
        .then("2026-03-03T09:00", done, delay=timedelta(days=2)),
        "since_end": accepted().ready("2026-03-09T16:00", delay=timedelta(hours=2)).reopened("2026-03-11T09:00"),
    }
    assert {name: late_of(life)[0]["subject"] for name, life in subjects.items()} == {name: name for name in subjects}
    # An upload of the third day brings the step and the request together.
    uploaded = Life().accepted("2026-03-02T08:00", term(20))
    uploaded.step("2026-03-02T09:00", budget=term(1), delay=timedelta(days=3))
    assert late_of(uploaded.asked("2026-03-03T09:00", delay=timedelta(days=2)))[0]["subject"] == "part"
    answer, text = late_of(subjects["answer"])
    assert (answer["is_waiting"], answer["counts_at"]) == (False, answer["at"])
    assert "không cần duyệt" in text


def test_each_sum_carries_the_rule_by_which_it_was_made() -> None:
    life = accepted().asked("2026-03-04T09:00").supplemented("2026-03-05T09:00")
    (clock,) = looked(life, None)["clocks"]
    assert clock["count_rules"] == ["DR-01", "DR-02"]
    assert clock["lawful_count"]["rules"] == ["DR-01", "DR-02", "DR-21"]
    effects = {policy: one["rule"] for policy, one in clock["ledger"][0]["effects"].items()}
    assert effects == {"pause": "DR-20", "restart": "DR-21", "qd766": "DR-22"}
    assert [one["rule"] for one in clock["moves"]] == ["DR-02", "DR-21"]
    corrected = accepted().corrected("2026-03-04T09:00", {"time": at("2026-02-27T08:00").isoformat()})
    (again,) = looked(corrected, None)["clocks"]
    assert (again["first_count"]["rules"], again["count_rules"]) == (["DR-01", "DR-02"], ["DR-01", "DR-02", "B20"])
    text = written(looked(life, None))
    assert "10 ngày được tính (DR-01, DR-02)" not in text
    assert "5 ngày được tính (DR-01, DR-02)" in text
    assert "tính lại từ đầu (DR-21)" in text
