"""docs/measures.md holds every figure, and names only what exists; every query says its question."""

import re
from importlib.resources import files
from pathlib import Path

from services.stats.domain.figure_catalog import FIGURES

DOCUMENT = Path("docs/measures.md").read_text("utf-8")
QUERIES = sorted(item.name for item in (files("services.stats") / "queries").iterdir() if item.name.endswith(".sql"))


def test_every_figure_has_a_row() -> None:
    rows = set(re.findall(r"^\| `(\w+)` \|", DOCUMENT, re.MULTILINE))

    assert rows == {one.id for one in FIGURES}


def test_every_file_and_function_it_names_exists() -> None:
    paths = re.findall(r"`(services/stats/[\w/.]+)`", DOCUMENT)
    functions = re.findall(r"`(\w+)` in\s+`(services/stats/[\w/.]+\.py)`", DOCUMENT)

    assert paths
    assert functions
    assert [path for path in paths if not Path(path).exists()] == []
    assert [
        name
        for name, path in functions
        if not re.search(rf"^def _?{name}\(", Path(path).read_text("utf-8"), re.MULTILINE)
    ] == []


def test_every_query_opens_with_its_question() -> None:
    for name in QUERIES:
        text = (files("services.stats") / "queries" / name).read_text("utf-8")
        heading = " ".join(line.removeprefix("--").strip() for line in text.splitlines() if line.startswith("--"))
        assert "?" in heading, name
