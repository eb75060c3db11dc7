"""Whatever a name or a code says, a spreadsheet shows it and runs nothing."""

import pytest

from services.stats.domain.csv_cells import harmless_cell
from tests.architecture.tree import python_files, text_of


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("http://x")',
        "+cmd|' /C calc'!A0",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "\ufeff=1",
        "＝1",
    ],
)
def test_what_begins_a_formula_is_text(text: str) -> None:
    assert harmless_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "0", "-5", "+84", "-1,5", "93,1 %", "—", "Xã Đoài", "H57-1", "a=b", "'=1"])
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert harmless_cell(text) == text


def test_every_csv_that_people_open_goes_through_it() -> None:
    writers = [name for name in python_files("services", "motcua") if "csv.writer(" in text_of(name)]
    assert writers
    assert [name for name in writers if "harmless_cell" not in text_of(name)] == []
