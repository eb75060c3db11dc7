"""Random lives go from the counter to the figures in one process: every part of the product says the same of each dossier.

Recorded long after it happened, appended long after it was recorded, uploaded once a day, under odd rule sets: nothing of that
may make intake, clocks, explanation, facts and figures disagree. Many examples: `make properties`.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lanes.examples import examples
from tests.properties.whole_way import through_the_product as product
from tests.properties.whole_way.agreements import AGREEMENTS, assert_agreed
from tests.properties.whole_way.lives import plans
from tests.properties.whole_way.world import Plan, live

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
sized = settings(max_examples=examples(60), deadline=None, suppress_health_check=_SLOW)
_COUNTS = st.fixed_dictionaries(dict.fromkeys(("early", "on_time", "late", "unknown"), st.integers(0, 1000)))


@pytest.mark.parametrize("name", AGREEMENTS)
@sized
@given(plan=plans())
def test_all_parts_agree(name: str, plan: Plan) -> None:
    assert_agreed(name, live(plan))


@sized
@given(_COUNTS)
def test_what_has_no_known_deadline_is_not_in_the_rate(counts: dict[str, int]) -> None:
    counts["resolved"] = sum(counts.values())
    in_time = counts["early"] + counts["on_time"]
    assert product.rate(counts) == (in_time / (in_time + counts["late"]) if in_time + counts["late"] else None)
