"""When and in whose stock a dossier was open: what the balance of any period is counted from (I1, decision B11, OR-8). Pure.

In go the acceptance, endings and reopenings in their turns, and who took it over; out come its stays, one after the other. A stay
begins with the acceptance, a reopening or a reassignment by a reorganisation, and lasts until an ending or the next reassignment.
No period is known here: whether a reopening undoes an ending depends on the period that is asked about, so each stay says when
its neighbours end and begin.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from services.stats.domain.levels import Places
from services.stats.domain.periods import local_day

FAR_FUTURE: Final = datetime(2299, 12, 31, tzinfo=UTC)
"""The end of what is still open."""
FAR_PAST: Final = datetime(1900, 1, 2, tzinfo=UTC)
"""The end of what never was before."""

CameBy = Literal["accepted", "reopened", "reassigned"]


class Stay(NamedTuple):
    """One span in the stock of one unit, [since, until); `outcome`: the class of the ending, `reassigned`, or `open`."""

    since: datetime
    until: datetime
    previous_until: datetime
    next_since: datetime
    came_by: CameBy
    outcome: str
    unit_since: datetime
    unit_id: int
    province_id: int
    district_id: int
    commune_id: int


class Turn(NamedTuple):
    """In the stock of whichever unit from its acceptance or a reopening until an ending (FAR_FUTURE: open)."""

    since: datetime
    until: datetime
    outcome: str


class Keeper(NamedTuple):
    """A unit that counts the dossier, and since when."""

    since: datetime
    unit_id: int


def stays_of(turns: Sequence[Turn], keepers: Sequence[Keeper], places: Places) -> list[Stay]:
    """The stays of one dossier; both lists are in order and begin with the acceptance.

    What happens at the instant of a reassignment counts for the new unit; the acceptance always counts for the receiving unit.
    """
    pieces = [piece for nth, turn in enumerate(turns) for piece in _pieces(turn, keepers, is_first=nth == 0)]
    ends = [FAR_PAST, *(until for _, until, *_ in pieces)]
    begins = [*(since for since, *_ in pieces[1:]), FAR_FUTURE]
    return [
        Stay(
            since,
            until,
            ends[nth],
            begins[nth],
            came_by,
            outcome,
            *keeper,
            *places.on(keeper.unit_id, local_day(keeper.since)),
        )
        for nth, (since, until, came_by, outcome, keeper) in enumerate(pieces)
    ]


def _pieces(
    turn: Turn, keepers: Sequence[Keeper], *, is_first: bool
) -> Iterator[tuple[datetime, datetime, CameBy, str, Keeper]]:
    """A turn, cut where another unit took the dossier over."""
    first = 0 if is_first else max(nth for nth, one in enumerate(keepers) if one.since <= turn.since)
    held = [keepers[first], *(one for one in keepers[first + 1 :] if one.since <= turn.until)]
    came_by: CameBy = "accepted" if is_first else "reopened"
    since = turn.since
    for keeper, following in pairwise([*held, None]):
        assert keeper is not None  # noqa: S101  # only the last is
        until = following.since if following else turn.until
        yield since, until, came_by, "reassigned" if following else turn.outcome, keeper
        since, came_by = until, "reassigned"
