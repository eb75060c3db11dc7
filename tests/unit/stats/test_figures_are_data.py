"""Each figure is declared once and whole, and what follows from the declaration is in every form (ADR 0015)."""

import csv
import io
import re
from dataclasses import fields, replace
from datetime import date

import orjson
import pytest

from motcua.commands.figures_command import as_object
from services.page.adapters.dictionaries import read_texts
from services.page.adapters.statistics import Statistics
from services.page.domain import csv_tables
from services.stats.domain.facts import COLUMNS
from services.stats.domain.figure import Count, Figure, Left, Rate, ReportColumn, rate_text
from services.stats.domain.figure_catalog import COUNTS, FIGURES, LISTED, PAGE, RATES, REPORT, TREND
from services.stats.domain.figures import Counts, UnitFigures
from services.stats.domain.periods import week
from services.stats.domain.report_formats import to_csv, to_json, to_text
from services.stats.domain.weekly_report import build_report
from services.stats.generate import ROOT, renewed
from tests.architecture.tree import files
from tests.unit.stats.dossiers import at

NUMBERS = {count.id: 1001 + nth for nth, count in enumerate(COUNTS)}
UNIT = UnitFigures(unit_id=1, unit_name="Phường", level="commune", **NUMBERS)
REPORT_OF_IT = build_report(
    week(date(2026, 3, 2), at("2026-03-10")), "commune", (None, ""), [UNIT], Counts(), at("2026-03-10")
)
PLACES = ("report", "page", "trend", "listed")


@pytest.mark.parametrize("path", sorted(renewed()))
def test_what_follows_from_the_figures_is_committed_as_it_is_generated(path: str) -> None:
    assert (ROOT / path).read_text("utf-8") == renewed()[path], f"{path} differs: run `make generated`"


@pytest.mark.parametrize("figure", FIGURES, ids=lambda one: one.id)
def test_a_figure_has_names_a_definition_and_a_place_or_a_reason_in_each_form(figure: Figure) -> None:
    assert lacking(figure) == []


@pytest.mark.parametrize("name", ["vi", "en", "definition", "predicate", "numerator", *PLACES])
def test_a_figure_that_lacks_something_is_seen(name: str) -> None:
    figure = next(one for one in FIGURES if hasattr(one, name))
    empty = Left("") if name in PLACES else () if name == "numerator" else ""
    assert lacking(replace(figure, **{name: empty})) == [name]


def lacking(figure: Figure) -> list[str]:
    """What the declaration of a figure doesn't say."""
    needed = [
        "id",
        "vi",
        "en",
        "definition",
        *(["predicate"] if isinstance(figure, Count) else ["numerator", "denominator", "method"]),
    ]
    missing = [name for name in needed if not getattr(figure, name)]
    return missing + [name for name in PLACES if getattr(figure, name) == Left("")]


def test_ids_and_names_are_given_once_and_rates_divide_counts() -> None:
    for said in ("id", "vi", "en", "definition"):
        values = [getattr(one, said) for one in FIGURES]
        assert len(values) == len(set(values)), said
    assert {one.id for one in FIGURES} == {*(one.id for one in COUNTS), *(one.id for one in RATES)}
    for rate in RATES:
        assert {*rate.numerator} < {*rate.denominator} <= {one.id for one in COUNTS}
    for figure, place in REPORT:
        assert {*place.less} <= {one.id for one in COUNTS}, figure.id


def test_a_predicate_names_no_figure_that_comes_after_it() -> None:
    seen: set[str] = set()
    for count in COUNTS:
        assert set(re.findall(r"(?<!')\b\w+\b(?!')", count.predicate)) & NUMBERS.keys() <= seen, count.id
        seen.add(count.id)


@pytest.mark.parametrize("view", ["dossiers_in_period", "apologies_in_period"])
def test_a_predicate_names_only_what_its_view_has(view: str) -> None:
    """Columns of the facts, names that the view defines, and figures; a name that is called is a function of the engine."""
    text = (ROOT / f"services/stats/views/{view}.sql").read_text("utf-8")
    known = {*COLUMNS, *re.findall(r"\bAS (\w+)", text), *NUMBERS}
    for count in COUNTS:
        if count.cohort.view == view:
            bare = re.sub(r"'[^']*'|\w+\.|INTERVAL \d+ DAY", "", count.predicate)
            assert set(re.findall(r"\b[a-z]\w*\b(?! *\()", bare)) - {"true", "false"} <= known, count.id


def test_every_column_of_the_facts_is_made_by_a_migration() -> None:
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "services/stats/migrations").glob("*.sql"))]
    statements = [one for text in texts for one in re.split(r";\s*$", re.sub(r"--.*", "", text), flags=re.MULTILINE)]
    of_facts = [one for one in statements if re.search(r"\b(?:EXISTS|TABLE) dossiers\b", one)]
    column = re.compile(r"^ +(?:ADD COLUMN IF NOT EXISTS )?([a-z]\w*) +[A-Z]\w+", flags=re.MULTILINE)
    assert {name for one in of_facts for name in column.findall(one)} == set(COLUMNS)


def test_the_counts_are_those_that_are_declared() -> None:
    assert [one.name for one in fields(Counts)] == [one.id for one in COUNTS]


@pytest.mark.parametrize("figure", FIGURES, ids=lambda one: one.id)
def test_json_and_csv_hold_every_figure(figure: Figure) -> None:
    value = getattr(UNIT, figure.id)
    assert orjson.loads(to_json(REPORT_OF_IT))["total"][figure.id] == value
    assert as_object(UNIT)[figure.id] == value
    assert (figure.id, f"figure.{figure.id}") in csv_tables.FIGURES
    assert {read_texts(language)[f"figure.{figure.id}"] for language in ("vi", "en")} == {figure.vi, figure.en}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_report_has_each_figure_that_has_a_place_there_in_its_order(language: str) -> None:
    (headings, row, *_) = csv.reader(io.StringIO(to_csv(REPORT_OF_IT, language).removeprefix("\ufeff")))
    shown = [one for one in FIGURES if isinstance(one.report, ReportColumn)]
    assert len(headings) == len(row) == len(shown) + 3
    for figure, heading, cell in zip(shown, headings[2:-1], row[2:-1], strict=True):
        place = figure.report
        assert isinstance(place, ReportColumn)
        group, own = (
            (place.group.vi, place.vi or figure.vi) if language == "vi" else (place.group.en, place.en or figure.en)
        )
        assert heading == (group if own == group else f"{group}: {own}")
        value = getattr(UNIT, figure.id)
        mark = "," if language == "vi" else "."
        assert cell == (
            rate_text(value, mark) if isinstance(figure, Rate) else str(value - sum(NUMBERS[one] for one in place.less))
        )
    assert all(cell in to_text(REPORT_OF_IT, language) for cell in row)


async def test_the_page_is_told_its_columns_and_the_trends() -> None:
    class Empty:
        async def place(self) -> tuple[object, ...]:
            return ()

        async def rows(self, name: str, _: object) -> list[dict[str, object]]:
            assert name == "loading"
            return [dict.fromkeys(("partitions", "counted", "missing", "unread", "silent_seconds"), 0)]

        async def recent_rows(self, name: str) -> list[dict[str, object]]:
            assert name == "extent"
            return [dict.fromkeys(("data_until", "first_on", "last_on", "province_ids")) | {"dossier_count": 0}]

    told = await Statistics(Empty()).meta()  # type: ignore[arg-type]
    assert told["loading"]["state"] == "empty"
    page = [one for one in FIGURES if not isinstance(one.page, Left)]
    assert [(one["id"], one["group"]) for one in told["page_columns"]] == [(one.id, one.page) for one in page]
    assert [one["id"] for one in told["trend_columns"]] == [one.id for one in FIGURES if one.trend is True]
    assert [one["id"] for one in told["page_columns"] if one["is_listed"]] == [
        one.id for one in page if one.id in LISTED
    ]
    assert [one[0] for one in csv_tables.TREND[2:-1]] == [one.id for one in TREND]
    groups = [one.page for one in PAGE]
    assert groups == sorted(groups, key=groups.index)  # columns of a group stand together


def test_no_other_module_holds_a_list_of_figures() -> None:
    """Four or more names in a row would have to be kept up to date by hand."""
    in_a_row = re.compile(rf"(?:['\"](?:{'|'.join(NUMBERS)})['\"],?\s*){{4}}")
    sources = [
        name for name in files() if name.startswith(("services/", "motcua/", "demo/")) and name.endswith((".py", ".js"))
    ]
    holding = {name for name in sources if in_a_row.search((ROOT / name).read_text("utf-8"))}
    apart_on_purpose = "demo/oracle.py"
    classes_of_a_dossier = "services/stats/domain/facts.py"
    assert holding - {apart_on_purpose, classes_of_a_dossier} == set()
    assert apart_on_purpose in holding


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (None, "—"), (0.0, "0,00 %"), (1.0, "100,00 %"), (0.75, "75,00 %"), (99_999 / 100_000, "99,99 %"), (1 - 1e-12, "99,99 %"),
        (1e-12, "0,01 %"), (1 / 100_000, "0,01 %"), (2 / 3, "66,67 %"), (1 / 32, "3,13 %"), (0.3821, "38,21 %"),
    ],
)  # fmt: skip
def test_a_rate_is_never_rounded_to_all_or_nothing(rate: float | None, text: str) -> None:
    assert rate_text(rate) == text
    assert rate_text(rate, ".") == text.replace(",", ".")
