"""What a question to the statistics, a unit file or a row can have wrong."""

from events.errors import MessageError


class UnusablePeriodError(ValueError):
    """The two days don't make a period."""


class UnknownFigureError(ValueError):
    """There is no such figure, or no such level."""


class UnknownUnitError(ValueError):
    """Neither the register nor any dossier knows the unit; the text names the nearest."""


class UnitFileError(ValueError):
    """The unit file says something that can't be; the text names file, line and column."""


class RowOutOfRangeError(MessageError):
    """A value of the event doesn't fit its column (ClickHouse would store something else); dead-letter."""
