"""The reference data says what the resolutions say, and every row hangs together with the others."""

import csv
import re
import unicodedata
from collections import Counter
from datetime import date
from importlib.resources import files
from itertools import combinations

import pytest

from demo.reference import (
    Procedure,
    Unit,
    load_procedures,
    load_units,
    procedures_at,
    units_at,
)

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)
CODE_WIDTH = {"province": 2, "district": 3, "commune": 5}
VIETNAMESE_LETTER = re.compile(r"[À-ỹĐđ]")


@pytest.fixture(scope="module")
def units() -> tuple[Unit, ...]:
    return load_units()


@pytest.fixture(scope="module")
def successions() -> list[dict[str, str]]:
    return list(csv.DictReader(files("demo").joinpath("data", "successions.csv").read_text("utf-8").splitlines()))


@pytest.fixture(scope="module")
def procedures() -> tuple[Procedure, ...]:
    return load_procedures()


def overlap(one: Unit | Procedure, other: Unit | Procedure) -> bool:
    return one.valid_from < (other.valid_until or date.max) and other.valid_from < (one.valid_until or date.max)


@pytest.mark.parametrize(
    ("day", "levels"),
    [(BEFORE, {"province": 1, "district": 9, "commune": 133}), (AFTER, {"province": 1, "commune": 40})],
)
def test_the_number_of_units_is_that_of_the_resolutions(
    units: tuple[Unit, ...], day: date, levels: dict[str, int]
) -> None:
    assert Counter(unit.level for unit in units_at(units, day)) == levels


def test_the_communes_are_of_the_kinds_that_the_resolutions_count(units: tuple[Unit, ...]) -> None:
    def kinds(day: date) -> Counter[str]:
        return Counter(unit.unit_type for unit in units_at(units, day) if unit.level == "commune")

    assert kinds(BEFORE) == {"xã": 78, "phường": 48, "thị trấn": 7}
    assert kinds(AFTER) == {"phường": 21, "xã": 19}


def test_unit_ids_are_unique_and_positive(units: tuple[Unit, ...]) -> None:
    ids = [unit.unit_id for unit in units]
    assert len(set(ids)) == len(ids)
    assert min(ids) > 0


def test_a_unit_id_is_made_of_its_code(units: tuple[Unit, ...]) -> None:
    bases = {("province", True): 1, ("province", False): 1, ("district", True): 2, ("commune", True): 3}
    for unit in units:
        base = bases.get((unit.level, unit.valid_from < AFTER), 4)
        assert unit.unit_id == base * 1_000_000 + int(unit.code), unit


def test_codes_have_the_width_of_their_level(units: tuple[Unit, ...]) -> None:
    assert all(re.fullmatch(rf"\d{{{CODE_WIDTH[unit.level]}}}", unit.code) for unit in units)


def test_every_parent_exists_during_the_whole_life_of_its_child(units: tuple[Unit, ...]) -> None:
    by_id = {unit.unit_id: unit for unit in units}
    for unit in units:
        if unit.level == "province":
            assert unit.parent_id is None
            continue
        assert unit.parent_id is not None
        parent = by_id[unit.parent_id]
        assert parent.valid_from <= unit.valid_from, unit
        assert (parent.valid_until or date.max) >= (unit.valid_until or date.max), unit


def test_there_is_no_district_from_the_first_of_july_2025(units: tuple[Unit, ...]) -> None:
    (city,) = (unit for unit in units if unit.level == "province")
    assert {unit.level for unit in units_at(units, BEFORE) if unit.parent_id == city.unit_id} == {"district"}
    assert {unit.level for unit in units_at(units, AFTER) if unit.parent_id == city.unit_id} == {"commune"}


def test_no_two_units_have_one_official_code_on_the_same_day(units: tuple[Unit, ...]) -> None:
    for one, other in combinations(units, 2):
        if (one.level, one.code) == (other.level, other.code):
            assert not overlap(one, other), (one, other)


def test_no_unit_has_two_children_of_one_name_on_the_same_day(units: tuple[Unit, ...]) -> None:
    for one, other in combinations(units, 2):
        if (one.parent_id, one.name) == (other.parent_id, other.name):
            assert not overlap(one, other), (one, other)


def test_names_are_composed_unicode_with_their_diacritics(
    units: tuple[Unit, ...], procedures: tuple[Procedure, ...]
) -> None:
    for name in [*(unit.name for unit in units), *(procedure.name for procedure in procedures)]:
        assert name == " ".join(unicodedata.normalize("NFC", name).split())
        assert VIETNAMESE_LETTER.search(name), name


def test_every_commune_of_before_the_reform_is_carried_on_once_and_whole(
    units: tuple[Unit, ...], successions: list[dict[str, str]]
) -> None:
    old = [unit.unit_id for unit in units_at(units, BEFORE) if unit.level == "commune"]
    assert sorted(int(row["old_unit_id"]) for row in successions) == sorted(old)
    assert {row["share"] for row in successions} == {"1"}
    assert Counter(row["kind"] for row in successions) == {"merged": 132, "continued": 1}


def test_every_commune_of_today_carries_on_at_least_one_old_commune(
    units: tuple[Unit, ...], successions: list[dict[str, str]]
) -> None:
    new = {unit.unit_id for unit in units_at(units, AFTER) if unit.level == "commune"}
    assert {int(row["new_unit_id"]) for row in successions} == new
    assert {date.fromisoformat(row["valid_from"]) for row in successions} == {AFTER}


def test_six_wards_of_the_citadel_became_phu_xuan(units: tuple[Unit, ...], successions: list[dict[str, str]]) -> None:
    names = {str(unit.unit_id): unit.name for unit in units}
    old = {names[row["old_unit_id"]] for row in successions if names[row["new_unit_id"]] == "Phường Phú Xuân"}
    wards = ("Tây Lộc", "Thuận Lộc", "Gia Hội", "Phú Hậu", "Thuận Hòa", "Đông Ba")
    assert old == {f"Phường {ward}" for ward in wards}


def test_there_are_enough_procedures_in_both_periods(procedures: tuple[Procedure, ...]) -> None:
    assert len({procedure.code for procedure in procedures}) >= 40
    assert {procedure.level for procedure in procedures_at(procedures, BEFORE)} == {"province", "district", "commune"}
    assert {procedure.level for procedure in procedures_at(procedures, AFTER)} == {"province", "commune"}


def test_procedure_codes_are_national_codes(procedures: tuple[Procedure, ...]) -> None:
    assert all(re.fullmatch(r"\d\.\d{6}", procedure.code) for procedure in procedures)


def test_terms_are_positive_and_of_all_five_units(procedures: tuple[Procedure, ...]) -> None:
    assert min(procedure.term_value for procedure in procedures) > 0
    assert {procedure.term_unit for procedure in procedures} == {
        "hour", "working_day", "calendar_day", "month", "same_day",
    }  # fmt: skip
    assert {procedure.term_value for procedure in procedures if procedure.term_unit == "same_day"} == {1}


def test_a_procedure_has_one_level_and_term_on_any_day(procedures: tuple[Procedure, ...]) -> None:
    for one, other in combinations(procedures, 2):
        if one.code == other.code:
            assert not overlap(one, other), (one, other)


def test_only_rows_read_in_a_source_are_called_verified(procedures: tuple[Procedure, ...]) -> None:
    for procedure in procedures:
        if procedure.status == "verified":
            assert re.match(r"[\w.-]+/[\w.-]+@[0-9a-f]{7} \S+", procedure.source), procedure
        else:
            assert procedure.term_note, procedure
