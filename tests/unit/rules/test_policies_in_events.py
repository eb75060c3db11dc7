"""What an event says under each policy stands in fields named after the policies; the list of policies is declared once."""

import pytest

from events.deadline import ClockPaused, DeadlineMoved, EndingClassified, fields_by_policy
from rules.book.ruleset import POLICIES


@pytest.mark.parametrize(("event_class", "suffix"), [(DeadlineMoved, "_due_at"), (EndingClassified, "_outcome")])
def test_each_policy_has_its_field_in_the_order_of_the_event(event_class, suffix):
    found = fields_by_policy(event_class, suffix)
    assert set(found) == set(POLICIES)
    names = event_class.__struct_fields__
    assert list(found.values()) == sorted(found.values(), key=names.index)


def test_an_event_that_leaves_out_a_policy_is_refused():
    with pytest.raises(TypeError, match="ClockPaused has no pause_due_at, qd766_due_at, restart_due_at"):
        fields_by_policy(ClockPaused, "_due_at")
