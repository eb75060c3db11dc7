"""Who holds a dossier, as intake, the clocks and statistics name it (4.2 B, DR-28)."""

from rules.clocks.holding import Holding, handed_over, reassigned, received, refused

HERE = Holding(1)


def test_whoever_a_dossier_is_handed_to_holds_it() -> None:
    assert handed_over(HERE, 2) == (2, 1)


def test_a_refusal_gives_it_back_once_and_only_while_it_was_not_received() -> None:
    assert refused(handed_over(HERE, 2)) == (1, 0)
    assert refused(received(handed_over(HERE, 2))) == (2, 0)
    assert refused(refused(handed_over(HERE, 2))) == (1, 0)


def test_a_reorganisation_changes_the_holder_and_leaves_a_hand_over_open() -> None:
    assert reassigned(handed_over(HERE, 2), 3) == (3, 1)
