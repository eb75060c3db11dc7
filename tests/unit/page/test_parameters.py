"""What may be asked: every parameter is checked, and nothing unlisted can become a name in SQL."""

from datetime import UTC, date, datetime

import pytest

from services.page.domain.parameters import LARGEST_PAGE_SIZE, ParameterError, read_listing, read_question
from services.stats.questions import LISTED

NOW = datetime(2026, 3, 11, 3, tzinfo=UTC)


def test_without_parameters_the_question_is_about_everything_and_all_time():
    asked = read_question({}, NOW)
    assert (asked.scope.unit_id, asked.scope.is_own, asked.from_on, asked.to_on) == (0, False, None, None)
    assert asked.period.as_of == NOW


def test_a_closed_week_is_judged_at_its_end_and_a_running_one_now():
    closed = read_question({"from": "2026-03-02", "to": "2026-03-09"}, NOW)
    running = read_question({"from": "2026-03-09", "to": "2026-03-16"}, NOW)
    assert closed.period.as_of.isoformat() == "2026-03-09T00:00:00+07:00"
    assert running.period.as_of == NOW
    assert (closed.from_on, closed.to_on) == (date(2026, 3, 2), date(2026, 3, 9))


@pytest.mark.parametrize(
    ("query", "name", "reason"),
    [
        ({"from": "2026-03-02"}, "to", "one_end"),
        ({"to": "2026-03-02"}, "from", "one_end"),
        ({"from": "2026-03-09", "to": "2026-03-02"}, "from", "order"),
        ({"from": "2026-03-02", "to": "2026-03-02"}, "from", "order"),
        ({"from": "02/03/2026", "to": "2026-03-09"}, "from", "not_a_day"),
        ({"unit": "-1"}, "unit", "not_a_number"),
        ({"unit": "١٢"}, "unit", "not_a_number"),
        ({"unit": "4294967296"}, "unit", "out_of_range"),
        ({"unit": "9" * 40}, "unit", "not_a_number"),
        ({"own": "yes"}, "own", "not_in_list"),
    ],
)
def test_a_wrong_parameter_is_named_with_its_reason(query, name, reason):
    with pytest.raises(ParameterError) as caught:
        read_question(query, NOW)
    assert (caught.value.name, caught.value.reason) == (name, reason)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"figure": "1=1"}, "figure"),
        ({"figure": "dossier_id"}, "figure"),
        ({"figure": "apology_missing"}, "figure"),
        ({"figure": "on_time_rate"}, "figure"),
        ({"sort": "dossier_id; DROP TABLE dossiers"}, "sort"),
        ({"dir": "up"}, "dir"),
        ({"page": "0"}, "page"),
        ({"size": str(LARGEST_PAGE_SIZE + 1)}, "size"),
    ],
)
def test_only_listed_figures_columns_and_sizes_are_taken(query, name):
    with pytest.raises(ParameterError) as caught:
        read_listing(query)
    assert caught.value.name == name


def test_every_figure_that_has_a_list_can_be_listed_and_overdue_dossiers_start_with_the_oldest():
    assert [read_listing({"figure": name}).figure for name in LISTED] == list(LISTED)
    overdue = read_listing({"figure": "received"}, "open_overdue")
    assert (overdue.figure, overdue.sort, overdue.direction) == ("open_overdue", "overdue_days", "desc")
