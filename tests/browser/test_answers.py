"""The JSON and CSV behind the page, over the real engine: figures, lists and levels agree with each other and with the loader."""

import csv
import io
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from services.stats.domain.figures import FIGURE_NAMES
from services.stats.questions import LISTED, figures, open_client
from tests.browser.town import CITY, OLD_WARDS, SCRIPT_CODE, SCRIPT_ID
from tests.contract.published import document, refused_by
from tests.contract.test_documents_outside import checks
from tests.embedded.engine import ClickHouseProcess

pytestmark = [pytest.mark.integration]

WEEKS = [("2025-06-16", "2025-06-23"), ("2025-06-30", "2025-07-07"), ("2025-07-21", "2025-07-28"), ("", "")]


def get(site: str, part: str, **query: object) -> dict:
    named = {name.rstrip("_"): value for name, value in query.items() if value != ""}
    with urllib.request.urlopen(f"{site}/api/{part}?{urllib.parse.urlencode(named)}", timeout=20) as answer:
        return json.load(answer)


@pytest.mark.parametrize(("from_", "to"), WEEKS)
def test_the_children_sum_to_the_unit_at_every_level(site: str, from_: str, to: str):
    city = get(site, "figures.json", from_=from_, to=to, unit=CITY)
    for name in FIGURE_NAMES:
        assert sum(child[name] for child in city["children"]) == city["figures"][name]
    for child in city["children"]:
        if not child["own"]:
            below = get(site, "figures.json", from_=from_, to=to, unit=child["unit_id"])
            assert {name: below["figures"][name] for name in FIGURE_NAMES} == {
                name: child[name] for name in FIGURE_NAMES
            }


@pytest.mark.parametrize(("from_", "to"), WEEKS)
def test_the_page_says_what_the_report_says(site: str, engine: ClickHouseProcess, from_: str, to: str):
    client = open_client(f"{engine.url}/motcua")
    days = (date.fromisoformat(from_), date.fromisoformat(to)) if from_ else (None, None)
    reported = figures(client, "province", *days)
    client.close()
    shown = get(site, "figures.json", from_=from_, to=to)["figures"]
    assert {name: shown[name] for name in FIGURE_NAMES} == {name: getattr(reported[0], name) for name in FIGURE_NAMES}
    assert shown["on_time_rate"] == reported[0].on_time_rate


@pytest.mark.parametrize("unit", [CITY, OLD_WARDS[1]])
def test_every_figure_has_exactly_its_dossiers_behind_it(site: str, unit: int):
    counted = get(site, "figures.json", from_="2025-06-16", to="2025-06-23", unit=unit)["figures"]
    assert counted["received"] > 0
    for name in LISTED:
        listed = get(site, "dossiers.json", from_="2025-06-16", to="2025-06-23", unit=unit, figure=name, size=500)
        assert (listed["total"], len(listed["dossiers"])) == (counted[name], counted[name]), name
        assert len({row["dossier_id"] for row in listed["dossiers"]}) == counted[name]


def test_what_the_province_received_itself_stands_as_its_own_line(site: str):
    answer = get(site, "figures.json", from_="2025-07-21", to="2025-07-28", unit=CITY)
    own = next(child for child in answer["children"] if child["own"])
    listed = get(site, "dossiers.json", from_="2025-07-21", to="2025-07-28", unit=CITY, own=1, figure="received")
    assert own["unit_id"] == CITY
    assert own["received"] == listed["total"] > 0
    assert {row["unit_id"] for row in listed["dossiers"]} == {CITY}
    assert get(site, "figures.json", from_="2025-07-21", to="2025-07-28", unit=CITY, own=1)["children"] == []


def test_no_level_is_empty_and_the_path_has_no_district_after_the_reorganisation(site: str):
    for from_, to in WEEKS:
        for child in get(site, "figures.json", from_=from_, to=to, unit=CITY)["children"]:
            assert child["unit_id"]
            assert child["name"]
    old = get(site, "figures.json", from_="2025-06-16", to="2025-06-23", unit=OLD_WARDS[0])
    assert [unit["level"] for unit in old["path"]] == ["province", "district"]
    new = get(site, "figures.json", from_="2025-07-21", to="2025-07-28", unit=3119750)
    assert [unit["level"] for unit in new["path"]] == ["province"]


def test_the_trend_ends_with_the_asked_week_and_marks_the_change_of_units(site: str):
    trend = get(site, "trend.json", from_="2025-07-21", to="2025-07-28")
    week = get(site, "figures.json", from_="2025-07-21", to="2025-07-28")["figures"]
    last = trend["weeks"][-1]
    assert (last["from"], last["to"]) == ("2025-07-21", "2025-07-28")
    assert {name: last[name] for name in ("resolved", "early", "late", "open_overdue")} == {
        name: week[name] for name in ("resolved", "early", "late", "open_overdue")
    }
    assert [change["on"] for change in trend["unit_changes"]] == ["2025-07-01"]
    assert get(site, "trend.json", from_="2025-06-16", to="2025-06-23")["unit_changes"] == []


def test_a_dossier_is_told_completely_and_in_order(site: str):
    answer = get(site, "dossiers/d1-00007.json")
    times = [event["occurred_at"] for event in answer["events"]]
    assert times == sorted(times)
    assert answer["events"][0]["event_type"] == "dossier-accepted.v1"
    assert answer["events"][1]["by_system"] is True
    assert len(answer["events"]) == answer["dossier"]["version"]
    assert answer["dossier"]["original_due_at"]
    assert answer["dossier"]["due_history"]
    assert answer["units"][str(answer["dossier"]["unit_id"])] == answer["dossier"]["unit_name"]


def test_a_dossiers_id_may_hold_any_character(site: str):
    answer = get(site, f"dossiers/{urllib.parse.quote(SCRIPT_ID, safe='')}.json")
    assert answer["dossier"]["dossier_code"] == SCRIPT_CODE


def test_a_dossier_is_found_by_its_code_too(site: str):
    answer = get(site, "dossiers/d1-00007.json")
    code = answer["dossier"]["dossier_code"]
    assert get(site, f"dossiers/{urllib.parse.quote(code, safe='')}.json") == answer
    assert answer["dossier"]["further_codes"] == []


@pytest.mark.parametrize("part", ["dossiers/none.json", "figures.json?unit=77"])
def test_an_unknown_dossier_or_unit_is_a_problem_404(site: str, part: str):
    with pytest.raises(urllib.error.HTTPError) as caught:
        get(site, part) if "?" not in part else urllib.request.urlopen(f"{site}/api/{part}", timeout=20)
    assert caught.value.code == 404
    assert json.load(caught.value)["code"] in ("dossier-not-found", "unit-not-found")
    caught.value.close()


@pytest.mark.parametrize("part", ["figures", "trend", "dossiers", "overdue", "units", "dossiers/d1-00007"])
def test_every_table_can_be_taken_away_as_csv(site: str, part: str):
    with urllib.request.urlopen(f"{site}/api/{part}.csv?from=2025-06-16&to=2025-06-23&lang=vi", timeout=20) as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        lines = list(csv.reader(io.StringIO(answer.read().decode("utf-8-sig"))))
    assert len(lines) > 1
    assert len({len(line) for line in lines}) == 1
    if part == "dossiers":
        assert len(lines) - 1 == get(site, "dossiers.json", from_="2025-06-16", to="2025-06-23")["total"]


def test_the_register_of_units_is_that_of_the_day(site: str):
    before = {unit["level"] for unit in get(site, "units.json", from_="2025-06-16", to="2025-06-23")["units"]}
    after = {unit["level"] for unit in get(site, "units.json", from_="2025-07-21", to="2025-07-28")["units"]}
    assert (before, after) == ({"province", "district", "commune"}, {"province", "commune"})


def test_what_two_hundred_ask_at_once_all_get(site: str):
    units = [OLD_WARDS[nth % 2] for nth in range(200)]
    with ThreadPoolExecutor(50) as readers:
        asked = (
            readers.submit(get, site, "figures.json", from_="2025-06-16", to="2025-06-23", unit=unit) for unit in units
        )
        answers = [one.result() for one in list(asked)]
    assert [answer["unit"]["unit_id"] for answer in answers] == units
    assert len({json.dumps(answer) for answer in answers}) == 2


WEEK = "from=2025-06-16&to=2025-06-23"
PARTS = [
    "meta", "units", "figures", f"figures?{WEEK}&unit=2000474", "trend", "trend?from=2025-07-21&to=2025-07-28", "overdue?size=9",
    f"dossiers?figure=late&unit={CITY}&own=1", f"dossiers?{WEEK}&sort=outcome&dir=desc&size=500", "dossiers/d1-00007/explanation",
    *(f"dossiers/d1-{nth:05d}" for nth in range(0, 150, 15)),
]  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_a_real_answer_fits_the_schema_that_the_page_publishes(site: str, part: str):
    name, _, query = part.partition("?")
    answer = get(site, f"{name}.json", **{f"{key}_": value for key, value in urllib.parse.parse_qsl(query)})
    path = f"/api/{re.sub('d1-[0-9]+', '{dossier_id}', name)}.json"
    content = document("page-openapi.yaml")["paths"][path]["get"]["responses"]["200"]["content"]
    assert refused_by(checks("page-openapi.yaml", content["application/json"]["schema"]), answer) == set()
