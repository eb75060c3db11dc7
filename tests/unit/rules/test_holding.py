"""Who holds a dossier, as intake, the clocks and statistics name it (4.2 B, DR-28)."""

from rules.clocks.holding import NOBODY, handed_over, put_right, reassigned, received, refused

COUNTER = (1, "accepted")
HERE = (COUNTER, NOBODY)
OFFICE = (2, "transferred")


def test_whoever_a_dossier_is_handed_to_holds_it() -> None:
    assert handed_over(HERE, OFFICE) == (OFFICE, COUNTER)


def test_a_refusal_gives_it_back_once_and_only_while_it_was_not_received() -> None:
    assert refused(handed_over(HERE, OFFICE)) == HERE
    assert refused(received(handed_over(HERE, OFFICE))) == (OFFICE, NOBODY)
    assert refused(refused(handed_over(HERE, OFFICE))) == HERE


def test_a_unit_that_no_event_named_gets_it_back_all_the_same() -> None:
    unnamed = (1, "")
    assert refused(handed_over((unnamed, NOBODY), OFFICE)) == (unnamed, NOBODY)


def test_a_reorganisation_changes_the_holder_and_leaves_a_hand_over_open() -> None:
    assert reassigned(handed_over(HERE, OFFICE), (3, "order")) == ((3, "order"), COUNTER)


def test_a_unit_that_was_named_wrongly_is_put_right_where_it_still_stands() -> None:
    open_transfer = handed_over(HERE, OFFICE)
    assert put_right(open_transfer, "transferred", 9) == ((9, "transferred"), COUNTER)
    assert put_right(open_transfer, "accepted", 9) == (OFFICE, (9, "accepted"))
    assert refused(put_right(open_transfer, "accepted", 9)) == ((9, "accepted"), NOBODY)


def test_a_unit_that_was_named_before_the_present_holder_came_changes_nothing() -> None:
    arrived = received(handed_over(HERE, OFFICE))
    assert put_right(arrived, "accepted", 9) == arrived
    assert put_right(reassigned(arrived, (3, "order")), "transferred", 9) == ((3, "order"), NOBODY)
