"""The two dictionaries say the same things, and the page uses only what they say."""

import json
import re
import unicodedata
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from events.catalog import CLASS_BY_TYPE
from events.deadline import ApologyClass, ApologyLapsed, ClockKind, DeadlineMoved
from events.declaration import field_names, fields_of
from events.dossier import DossierTransferred
from rules.book.ruleset import POLICIES, PauseCause
from rules.due.classify import Classification
from rules.due.entry_effects import Effect
from rules.due.terms import TermUnit
from rules.explain.counted_days import Reason
from rules.explain.late_records import Subject
from rules.explain.lawful_days import StoodStill
from services.page.adapters.dictionaries import declared_texts, load_dictionaries, read_texts, wanted_language
from services.page.domain.csv_tables import DOSSIERS, EVENTS, FIGURES, TREND, UNITS
from services.page.domain.parameters import SORT_COLUMNS
from services.stats.questions import DEFINITION, PAGE
from services.stats.questions import FIGURES as ALL_FIGURES

CLOCKS = Path(__file__).parents[3] / "rules" / "clocks"
NOTE_PATTERNS = (
    r'\.note\("([a-z-]+)"',
    r"domain 4\.3: ([a-z-]+)",
    r'code="([a-z-]+)"',
    r'Note\(fact, "([a-z-]+)"',
)
"""How a step of the clocks tells an explanation why something moved nothing."""
STATIC = Path(__file__).parents[3] / "services" / "page" / "static"
TEXTS = {name: read_texts(name) for name in ("vi", "en")}
SCRIPTS = sorted((STATIC / "js").rglob("*.js"))


def test_both_languages_have_the_same_keys():
    assert set(TEXTS["vi"]) == set(TEXTS["en"])


@pytest.mark.parametrize("key", sorted(TEXTS["vi"]))
def test_a_text_has_the_same_places_in_both_languages_and_is_not_empty(key):
    vietnamese, english = TEXTS["vi"][key], TEXTS["en"][key]
    assert vietnamese.strip()
    assert english.strip()
    assert set(re.findall(r"\{(\w+)\}", vietnamese)) == set(re.findall(r"\{(\w+)\}", english))
    assert unicodedata.normalize("NFC", vietnamese) == vietnamese


def test_no_key_is_given_twice():
    for name in TEXTS:
        pairs = json.loads((STATIC / "i18n" / f"{name}.json").read_text("utf-8"), object_pairs_hook=list)
        assert len(pairs) == len(dict(pairs))


def test_a_file_says_nothing_that_a_declaration_says_already():
    files = {name: json.loads((STATIC / "i18n" / f"{name}.json").read_text("utf-8")) for name in TEXTS}
    declared = {name: declared_texts(name) for name in TEXTS}
    assert len(declared["vi"]) > 100
    again = [key for key in files["vi"] if all(files[name][key] == declared[name].get(key) for name in TEXTS)]
    assert again == []


@pytest.mark.parametrize("event_type", CLASS_BY_TYPE)
def test_every_field_of_an_event_has_a_name_in_both_languages(event_type):
    """The Vietnamese word stands in brackets in the field's description, or the dictionaries have a text of their own."""
    names = [one.wire_name for one in fields_of(CLASS_BY_TYPE[event_type])]
    for language, texts in TEXTS.items():
        assert [name for name in names if f"field.{name}" not in texts] == [], language


def test_a_field_is_called_by_the_word_in_brackets_which_is_no_rule():
    names = field_names(DossierTransferred)
    assert names["to_unit_id"] == ("Đơn vị nhận", "To unit")
    assert names["due_back_at"] == ("", "Due back")


def test_every_text_that_a_script_asks_for_by_name_exists():
    asked = {key for script in SCRIPTS for key in re.findall(r'\bt\("([^"]+)"', script.read_text("utf-8"))}
    assert len(asked) > 60
    assert asked - set(TEXTS["vi"]) == set()


def test_every_event_figure_column_and_definition_has_a_text():
    needed = {f"event.{event_type.rsplit('.', 1)[0]}" for event_type in CLASS_BY_TYPE}
    needed |= {f"figure.{one.id}" for one in ALL_FIGURES} | {f"children.group_{one.page}" for one in PAGE}
    needed |= {f"column.{name}" for name in SORT_COLUMNS} | {f"definition.{DEFINITION}"}
    needed |= {heading for table in (DOSSIERS, EVENTS, FIGURES, TREND, UNITS) for _, heading in table}
    assert needed - set(TEXTS["vi"]) == set()


def test_every_word_of_an_explanation_has_a_text():
    sources = "\n".join(file.read_text("utf-8") for file in CLOCKS.glob("*.py"))
    notes = {code for pattern in NOTE_PATTERNS for code in re.findall(pattern, sources, re.MULTILINE)}
    moves = {"set", "calendar_change", "correction", *get_args(get_type_hints(DeadlineMoved)["cause"])}
    assert {"too-late", "already-paused", "other-calendar", "refused", "not-armed", "backdated", "gap"} <= notes
    assert {"extension", "reopening", "reappointment"} <= moves
    needed = {f"explain.note.{code}" for code in notes} | {f"explain.move.{cause}" for cause in moves}
    needed |= {f"explain.day.{reason}" for reason in (*get_args(Reason), *get_args(StoodStill))}
    needed |= {f"explain.late.{subject}" for subject in get_args(Subject)}
    needed |= {f"explain.lapsed.{why}" for why in get_args(get_type_hints(ApologyLapsed)["reason"])}
    needed |= {f"apology.{found}" for found in ("missing", "none", *get_args(ApologyClass))}
    needed |= {f"explain.effect.{effect}" for effect in get_args(Effect)}
    needed |= {f"explain.policy.{policy}" for policy in POLICIES}
    needed |= {f"explain.cause.{cause}" for cause in (*get_args(PauseCause), "extension", "reopening")}
    needed |= {f"explain.clock.{kind}" for kind in get_args(ClockKind)}
    needed |= {f"explain.state.{state}" for state in ("running", "waiting", "over")}
    needed |= {f"outcome.{found}" for found in get_args(Classification)}
    needed |= {f"value.{unit}" for unit in get_args(TermUnit)}
    assert needed - set(TEXTS["vi"]) == set()


def test_a_week_has_seven_days_in_both_languages():
    assert [len(TEXTS[name]["explain.weekdays"].split(", ")) for name in TEXTS] == [7, 7]


def test_terms_are_those_of_the_decision_on_words():
    vietnamese = TEXTS["vi"]
    assert [vietnamese[f"figure.{name}"] for name in ("early", "on_time", "late")] == ["Sớm hẹn", "Đúng hẹn", "Trễ hẹn"]
    assert vietnamese["apology.title"] == "Thư xin lỗi"


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        (None, "", "vi"),
        ("en", "vi", "en"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "fr,vi;q=0.5,en", "vi"),
        ("xx", "de", "vi"),
    ],
)
def test_the_language_is_the_asked_one_then_the_browsers_then_vietnamese(asked, accepted, language):
    assert wanted_language(asked, accepted) == language


def test_a_missing_text_shows_its_key_and_places_are_filled():
    texts = load_dictionaries()["vi"]
    assert texts("no.such.key") == "no.such.key"
    assert texts("freshness.until", time="hôm nay") == "Số liệu đến hôm nay"
