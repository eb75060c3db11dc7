"""Where units stand, looked up without ClickHouse."""

from collections.abc import Iterable

from services.stats.domain.levels import PlacedUnit, Places


def places_of(placed: Iterable[PlacedUnit]) -> Places:
    """The lookup over placed units."""
    return Places((piece.period.unit_id, piece.valid_from, piece.valid_until, piece.place) for piece in placed)
