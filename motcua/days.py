"""Days on the command line."""

from collections.abc import Callable
from datetime import date
from typing import Any

import click


class Day(click.ParamType):
    """A calendar day, YYYY-MM-DD."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day, or a usage error."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day such as 2026-03-02", param, ctx)


def day_option(flag: str, name: str, help_text: str) -> Callable[[Any], Any]:
    """An option that takes a day."""
    return click.option(flag, name, type=Day(), default=None, metavar="YYYY-MM-DD", help=help_text)
