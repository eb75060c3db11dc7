"""Which records of a batch go on from what is stored of their streams."""

import pytest

from events.errors import ChainBreakError
from events.hash_chain import GENESIS_KEPT, KEPT, Link
from services.stats.domain.chains import Chains, StoredLink

A, B, C, D = (bytes([one]) * KEPT for one in (1, 2, 3, 4))
STORED = [StoredLink("s", 1, A.hex() * 2), StoredLink("s", 2, B.hex() * 2)]


def test_what_follows_is_taken_one_behind_the_other_and_again() -> None:
    chains = Chains(STORED)
    for _ in range(2):
        chains.take("s", Link(3, B, C))
        chains.take("s", Link(4, C, D))
        chains.take("new", Link(1, GENESIS_KEPT, A))
        chains.take("s", Link(1, GENESIS_KEPT, A))


@pytest.mark.parametrize(
    ("link", "why"),
    [
        (Link(3, A, C), "it does not follow from the event before"),
        (Link(2, A, C), "a second event of number 2"),
        (Link(1, GENESIS_KEPT, C), "a second event of number 1"),
        (Link(5, C, D), "number 5 comes, and the next one is 3"),
        (Link(3, B, C, "it has no hash"), "it has no hash"),
    ],
)
def test_what_does_not_follow_is_refused_and_the_true_one_takes_its_place(link: Link, why: str) -> None:
    chains = Chains(STORED)
    with pytest.raises(ChainBreakError, match=why):
        chains.take("s", link)
    chains.take("s", Link(3, B, C))


def test_what_was_stored_without_a_hash_is_trusted() -> None:
    chains = Chains([StoredLink("s", 1, ""), StoredLink("s", 2, "")])
    chains.take("s", Link(2, C, D))
    chains = Chains([StoredLink("s", 1, ""), StoredLink("s", 2, "")])
    chains.take("s", Link(3, C, D))
    with pytest.raises(ChainBreakError):
        chains.take("s", Link(4, A, B))


def test_a_forged_event_that_was_stored_once_keeps_no_true_one_out() -> None:
    """By a version that did not look: another event of number 2, and one of a number that is far ahead."""
    chains = Chains([*STORED, StoredLink("s", 2, D.hex() * 2), StoredLink("s", 9, D.hex() * 2)])
    chains.take("s", Link(2, A, B))
    chains.take("s", Link(3, B, C))
    with pytest.raises(ChainBreakError):
        chains.take("s", Link(9, C, D))
