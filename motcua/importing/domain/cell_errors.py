"""What a cell can't mean, and how it is shown. Pure."""


class CellError(Exception):
    """A cell that can't be what it should: the code of the finding, the column, and what its text needs."""

    def __init__(self, code: str, column: str, **params: str | int) -> None:
        super().__init__(code)
        self.code, self.column, self.params = code, column, params


def shown(cell: str) -> str:
    """A cell in a message: in quotation marks, and cut where it would fill the page."""
    return f"“{cell if len(cell) <= 60 else cell[:59] + '…'}”"
