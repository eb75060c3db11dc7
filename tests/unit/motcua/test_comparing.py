"""What `motcua status` makes of what the loader compared: it says it, with its time, and decides nothing."""

from typing import Any

from motcua.asking import NoAnswerError
from motcua.comparing import ALARMS, KEPT, PUBLISHED, compared_pairs, sentence
from services.stats.domain.comparison import UNSEEN_SECONDS, Apart, Pair

SAME = Pair(name=PUBLISHED, expected=3, found=3)
LOST = Pair(name="a", expected=3, found=2, apart=(Apart(name="event 7", age_seconds=99, is_missing=True),))
LONG_AGO = Pair(name="b", expected=3, found=3, unseen_seconds=UNSEEN_SECONDS + 1, reason="intake does not answer")


def told(**found: Any) -> dict[str, Any]:
    pairs = compared_pairs({PUBLISHED: SAME, KEPT: [], **found})
    return {one["pair"]: one for one in pairs}


def test_a_loss_that_the_loader_found_long_ago_and_slowly_is_an_alarm_with_its_name() -> None:
    late = Pair(name="a", expected=3, found=2, apart=LOST.apart, unseen_seconds=3 * UNSEEN_SECONDS)
    found = told(**{KEPT: [late]})["a"]
    assert found["verdict"] in ALARMS
    assert sentence(found) == "3 and 2; the first that differ: event 7"
    assert found["seconds_ago"] == 3 * UNSEEN_SECONDS


def test_what_was_not_compared_for_minutes_is_an_alarm_with_its_reason() -> None:
    found = told(**{KEPT: [LONG_AGO]})["b"]
    assert found["verdict"] in ALARMS
    assert sentence(found) == f"not compared for {UNSEEN_SECONDS + 1} s: intake does not answer"


def test_only_where_clickhouse_itself_does_not_answer_nothing_is_known() -> None:
    found = told(**{KEPT: NoAnswerError("does not answer within 1.9 s")})
    assert {name: one["verdict"] for name, one in found.items()} == {PUBLISHED: "same", KEPT: "unknown"}
    assert found[KEPT]["reason"] == "does not answer within 1.9 s"
