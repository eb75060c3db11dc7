"""One code is one dossier, however it is written, also where an earlier version or another source recorded it."""

from uuid import UUID, uuid5

import pytest

from services.intake.domain.naming import DOSSIER_NAMESPACE, NamedDossiers, dossier_id_of, is_dossier_id
from tests.unit.intake.counter import SOURCE

CODE = "H38.14.02-260302-0412"
OLD = "urn:motcua:import:so-cu"
OURS = "019c4b0e-7d5c-7a41-9c11-4f0b6a1d2e00"
PLAIN, CONTINUING = NamedDossiers(), NamedDossiers(continued_by={OLD: SOURCE})


def as_before(source: str, subject: str) -> UUID:
    """The id that every earlier version gave."""
    return uuid5(DOSSIER_NAMESPACE, f"{source}|{subject}")


def test_an_ordinary_code_keeps_the_id_that_it_always_had() -> None:
    assert dossier_id_of(SOURCE, CODE) == as_before(SOURCE, CODE)
    assert PLAIN.possible_ids(SOURCE, CODE) == (as_before(SOURCE, CODE),)


@pytest.mark.parametrize("written", [CODE.lower(), f" {CODE}", f"{CODE}\u200b", CODE.replace("-", "\u2013")])
def test_a_code_that_is_written_otherwise_means_the_same_dossier(written: str) -> None:
    assert dossier_id_of(SOURCE, written) == dossier_id_of(SOURCE, CODE)
    assert PLAIN.meant_id(SOURCE, written, ()) == dossier_id_of(SOURCE, CODE)


def test_two_sources_have_two_dossiers_under_one_code() -> None:
    assert dossier_id_of(SOURCE, CODE) != dossier_id_of("/da-nang/mot-cua", CODE)


@pytest.mark.parametrize("written", [OURS, OURS.upper(), f" {OURS}\u200b", OURS.replace("-", "\u2013")])
def test_our_own_id_is_ours_however_it_is_written(written: str) -> None:
    assert is_dossier_id(written)
    assert PLAIN.possible_ids(SOURCE, written) == CONTINUING.possible_ids(OLD, written) == (UUID(OURS),)


def test_a_dossier_that_an_earlier_version_recorded_as_it_was_written_goes_on_under_that_writing() -> None:
    before = as_before(SOURCE, "hs-8812")
    assert PLAIN.meant_id(SOURCE, "hs-8812", {before}) == before
    assert PLAIN.meant_id(SOURCE, "hs-8812", {before, dossier_id_of(SOURCE, "HS-8812")}) == before
    assert PLAIN.meant_id(SOURCE, "hs-8812", {dossier_id_of(SOURCE, "HS-8812")}) == dossier_id_of(SOURCE, "HS-8812")


def test_who_continues_a_register_means_its_dossiers_and_what_is_new_has_one_id_for_both() -> None:
    taken_over = dossier_id_of(OLD, CODE)
    assert CONTINUING.meant_id(SOURCE, CODE.lower(), {taken_over}) == taken_over
    assert CONTINUING.meant_id(OLD, CODE, {taken_over}) == taken_over
    assert CONTINUING.new_id(SOURCE, CODE) == CONTINUING.new_id(OLD, CODE) == dossier_id_of(SOURCE, CODE)
    assert PLAIN.meant_id(SOURCE, CODE, {taken_over}) == dossier_id_of(SOURCE, CODE)


def test_a_dossier_of_the_new_system_itself_comes_before_one_of_the_old_register() -> None:
    own, taken_over = dossier_id_of(SOURCE, CODE), dossier_id_of(OLD, CODE)
    assert CONTINUING.meant_id(SOURCE, CODE, {own, taken_over}) == own


def test_a_source_that_nobody_named_is_asked_for_nothing_more() -> None:
    assert CONTINUING.possible_ids("/da-nang/mot-cua", CODE) == (dossier_id_of("/da-nang/mot-cua", CODE),)
