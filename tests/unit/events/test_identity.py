"""One person is one person, however his identity was typed; and nobody else is he."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.identity import code_of, is_same_person, person_of, shown_code

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


CODE = "H38.14.02-260302-0412"
CODES = [
    CODE,
    CODE.lower(),
    f" {CODE}\u00a0",
    "\tH38.14.02-260302-0412\r\n",
    "H38.14.02-260302-0412\u200b",
    "\ufeffH38.14\u2060.02-260302-0412",
    "H38.14.02\u2013260302\u20130412",
    "H38.14.02\u2212260302\u20100412",
    "Ｈ３８．１４．０２－２６０３０２－０４１２",
    "H38.14.02\ufe63260302\u20110412",
]


@pytest.mark.parametrize("written", CODES, ids=ascii)
def test_a_code_that_is_typed_otherwise_is_the_same_code(written: str) -> None:
    assert code_of(written) == CODE


def test_letters_with_marks_are_one_code_composed_or_not() -> None:
    code = "HS-Đắk Lắk-Ứng-001"
    decomposed = unicodedata.normalize("NFD", code)
    assert decomposed != code
    assert code_of(decomposed) == code_of(code) == code_of("hs-đắk  lắk-ứng-001")
    assert shown_code(f" {decomposed}\u200b ") == code


@pytest.mark.parametrize(
    "other", ["H38.14.02-260302-0413", "H381402-260302-0412", "Н38.14.02-260302-0412", "H38 14 02"]
)
def test_another_code_stays_another(other: str) -> None:
    assert code_of(other) != CODE


@pytest.mark.parametrize("written", ["", "  ", "\u200b\u2060", "\u3164 "])
def test_a_code_of_which_nothing_can_be_seen_is_none(written: str) -> None:
    assert code_of(written) == ""


@pytest.mark.parametrize("written", ["h38-1", "H38–1", "Ｈ38-1", "HS 1 / 2026"])
def test_a_code_is_shown_as_it_was_written(written: str) -> None:
    assert shown_code(f" {written}\u200b") == written


@given(st.text())
def test_the_form_of_a_code_is_its_own_form(text: str) -> None:
    code = code_of(text)
    assert code_of(code) == code == code_of(shown_code(text))
