"""One person is one person, however his identity was typed; and nobody else is he."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.identity import is_same_person, person_of

SAME = [
    "CB1",
    "cb1 ",
    "\tc b\u00a01\u3000",
    "cb\u200b1",
    "cb\u00ad1",
    "\ufeffcb1",
    "\u2066cb1\u2069",
    "cb\u034f1",
    "cb1\ufe0f",
    "c\u3164b1",
    "cb1\U000e0041",
    "cb\x001",
    "ＣＢ１",
    "ⓒⓑ①",
]


@pytest.mark.parametrize("typed", SAME, ids=ascii)
def test_what_is_typed_otherwise_names_the_same_person(typed: str) -> None:
    assert is_same_person(typed, "cb1")
    assert is_same_person("cb1", typed)


@pytest.mark.parametrize(
    ("one", "other"), [("cb1", "cb2"), ("cb1", "сb1"), ("cb-1", "cb1"), ("Đạt", "Dat"), ("ld-1", "")]
)
def test_another_person_stays_another(one: str, other: str) -> None:
    assert not is_same_person(one, other)


def test_letters_and_marks_that_something_unseen_kept_apart_belong_together() -> None:
    assert is_same_person("Le\u034f\u0323\u0302", "LỆ")
    assert is_same_person(unicodedata.normalize("NFD", "Nguyễn Đức"), "nguyễn\u200dđức")


@pytest.mark.parametrize("nobody", ["", " ", "\u200b\u2060", "\u3164", "\U000e0041\ufe0f"])
def test_what_can_not_be_seen_names_nobody(nobody: str) -> None:
    assert person_of(nobody) == ""


@given(st.text())
def test_the_one_form_is_its_own_form_and_shows_every_character(text: str) -> None:
    person = person_of(text)
    assert person_of(person) == person
    assert not any(unicodedata.category(one) in ("Cc", "Cf", "Zs", "Zl", "Zp") for one in person)
