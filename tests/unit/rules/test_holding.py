"""Who holds a dossier, as intake, the clocks and statistics name it (4.2 B, DR-28)."""

from rules.clocks.holding import Held, Holding, handed_over, passed, put_right, reassigned, received, refused

HERE = Holding(1)


def test_whoever_a_dossier_is_handed_to_holds_it() -> None:
    assert handed_over(HERE, 2) == (2, 1)


def test_a_refusal_gives_it_back_once_and_only_while_it_was_not_received() -> None:
    assert refused(handed_over(HERE, 2)) == (1, 0)
    assert refused(received(handed_over(HERE, 2))) == (2, 0)
    assert refused(refused(handed_over(HERE, 2))) == (1, 0)


def test_a_reorganisation_changes_the_holder_and_leaves_a_hand_over_open() -> None:
    assert reassigned(handed_over(HERE, 2), 3) == (3, 1)


def test_a_unit_that_was_named_wrongly_is_put_right_where_it_still_stands() -> None:
    accepted = Held(HERE, ("accepted", ""))
    open_transfer = passed(accepted, handed_over, "transferred", 2)
    assert put_right(open_transfer, "transferred", 9).units == (9, 1)
    assert put_right(open_transfer, "accepted", 9).units == (2, 9)
    assert passed(put_right(open_transfer, "accepted", 9), refused, "refused").units == (9, 0)


def test_a_unit_that_was_named_before_the_present_holder_came_changes_nothing() -> None:
    arrived = passed(passed(Held(HERE, ("accepted", "")), handed_over, "transferred", 2), received, "received")
    assert put_right(arrived, "accepted", 9) == arrived
    assert put_right(passed(arrived, reassigned, "order", 3), "transferred", 9).units == (3, 0)
