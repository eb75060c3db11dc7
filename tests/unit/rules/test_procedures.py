"""The catalogue of procedures: what is published, which version is meant, and what is refused (DR-09, DR-12)."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rules.book.procedure_files import load_procedures
from rules.book.procedures import Procedure, ProcedureCatalogue, parse_procedure
from rules.book.ruleset import RuleSet
from rules.due.terms import Term
from rules.errors import InvalidProcedureError, RulesError, UnknownCaseError

DAY = date(2026, 3, 2)


@pytest.fixture(scope="session")
def catalogue(rule_set: RuleSet) -> ProcedureCatalogue:
    return load_procedures(rule_set)


def record(**fields: Any) -> dict[str, Any]:
    return {
        "code": "1.001653",
        "version": "2025.1",
        "valid_from": date(2025, 7, 1),
        "name": "Đổi, cấp lại Giấy xác nhận khuyết tật",
        "field": "Bảo trợ xã hội",
        "level": "commune",
        "terms": {"standard": {"value": 5, "unit": "working_day"}},
        "has_financial_pause": False,
        "agency_legs": False,
        "has_transfer_clock": True,
        "source": "QĐ 2816/QĐ-UBND Đồng Nai",
        "source_status": "unverified",
    } | fields


def step(code: str, value: int, unit: str) -> dict[str, Any]:
    return {"code": code, "name": code, "budget": {"value": value, "unit": unit}, "unit_role": "officer"}


def found(catalogue: ProcedureCatalogue, code: str, on: date = DAY) -> Procedure:
    procedure = catalogue.find(code, on)
    assert procedure is not None
    return procedure


def test_the_published_catalogue_has_every_sort_of_procedure(catalogue: ProcedureCatalogue) -> None:
    assert found(catalogue, "1.004222").term() == Term(value=7, unit="working_day")
    assert found(catalogue, "1.001193").term() == Term(value=1, unit="same_day")
    assert found(catalogue, "1.013225").term("single_house") == Term(value=15, unit="calendar_day")
    assert found(catalogue, "1.001653").steps[0].unit_role == "one_stop"
    assert found(catalogue, "1.012817").has_financial_pause
    assert not found(catalogue, "1.012817").agency_legs
    assert found(catalogue, "1.001699").agency_legs
    assert found(catalogue, "1.004222").has_transfer_clock
    assert not found(catalogue, "1.001193").has_transfer_clock


def test_every_published_procedure_names_its_source(catalogue: ProcedureCatalogue) -> None:
    assert len(catalogue.procedures) > 5
    assert all(procedure.source and procedure.level == "commune" for procedure in catalogue.procedures)


def test_a_procedure_is_found_on_the_days_on_which_it_is_valid(rule_set: RuleSet) -> None:
    old = parse_procedure(record(version="2025.1", valid_until=date(2026, 3, 31)))
    new = parse_procedure(record(version="2026.1", valid_from=date(2026, 4, 1)))
    catalogue = ProcedureCatalogue([new, old], rule_set)
    versions = {
        day: procedure.version if (procedure := catalogue.find("1.001653", day)) else None
        for day in (date(2025, 6, 30), date(2025, 7, 1), date(2026, 3, 31), date(2026, 4, 1), date(2030, 1, 1))
    }
    assert list(versions.values()) == [None, "2025.1", "2025.1", "2026.1", "2026.1"]
    assert catalogue.procedures == (old, new)
    assert catalogue.find("9.999999", DAY) is None


def test_two_versions_of_one_day_are_refused(rule_set: RuleSet) -> None:
    old = parse_procedure(record(version="2025.1", valid_until=date(2026, 4, 1)))
    new = parse_procedure(record(version="2026.1", valid_from=date(2026, 4, 1)))
    with pytest.raises(InvalidProcedureError, match=r"2026\.1: version 2025\.1 is still valid on 2026-04-01"):
        ProcedureCatalogue([old, new], rule_set)


def test_a_case_without_a_term_is_refused_and_no_other_term_stands_in(catalogue: ProcedureCatalogue) -> None:
    with pytest.raises(UnknownCaseError, match="standard, first_certificate, remote_area"):
        found(catalogue, "1.013978").term("court_order")


FITTING = [step("intake", 4, "hour"), step("appraisal", 4, "working_day"), step("return", 4, "hour")]


def test_steps_fit_into_the_term_when_a_procedure_is_published(rule_set: RuleSet) -> None:
    steps = [*FITTING, {"code": "archive", "name": "Lưu trữ", "unit_role": "one_stop"}]
    procedure = parse_procedure(record(steps=steps))
    assert ProcedureCatalogue([procedure], rule_set).find("1.001653", DAY) == procedure
    assert procedure.steps[-1].budget is None


@pytest.mark.parametrize(
    ("terms", "steps"),
    [
        ({"standard": {"value": 5, "unit": "working_day"}}, [*FITTING, step("more", 1, "hour")]),
        (
            {"standard": {"value": 9, "unit": "working_day"}, "urgent": {"value": 2, "unit": "working_day"}},
            FITTING,
        ),
        ({"standard": {"value": 30, "unit": "calendar_day"}}, FITTING),
    ],
)
def test_steps_that_take_longer_than_a_term_are_refused(
    rule_set: RuleSet, terms: dict[str, Any], steps: list[dict[str, Any]]
) -> None:
    procedure = parse_procedure(record(terms=terms, steps=steps))
    with pytest.raises(InvalidProcedureError, match="DR-12"):
        ProcedureCatalogue([procedure], rule_set)


def change(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda data: data.update(fields)


def drop(field: str) -> Callable[[dict[str, Any]], None]:
    return lambda data: data.__delitem__(field)


FAULTS = {
    "no term": (drop("terms"), "'terms'"),
    "no standard term": (change(terms={"urgent": {"value": 1, "unit": "hour"}}), "no standard term"),
    "empty terms": (change(terms={}), "no standard term"),
    "zero term": (change(terms={"standard": {"value": 0, "unit": "hour"}}), "above zero"),
    "unknown unit": (change(terms={"standard": {"value": 1, "unit": "week"}}), "not a unit"),
    "terms as a list": (change(terms=[1]), "wrong field"),
    "backwards": (change(valid_until=date(2025, 6, 30)), "before valid_from"),
    "no district": (change(level="district"), "level is none of"),
    "no source": (change(source=""), "source"),
    "half verified": (change(source_status="maybe"), "source"),
    "no name": (change(name=""), "no code, version or name"),
    "flag as text": (change(agency_legs="yes"), "neither true nor false"),
    "no flag": (drop("has_financial_pause"), "has_financial_pause"),
    "step twice": (change(steps=[step("a", 1, "hour"), step("a", 1, "hour")]), "two steps"),
    "step without role": (change(steps=[{"code": "a", "name": "a"}]), "unit_role"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_procedure_that_makes_no_sense_is_refused_by_its_code(fault: str) -> None:
    spoil, message = FAULTS[fault]
    data = record()
    spoil(data)
    with pytest.raises(InvalidProcedureError, match=rf"procedure 1\.001653 2025\.1: .*{message}"):
        parse_procedure(data)


def test_an_office_may_bring_its_own_catalogue_and_a_fault_names_its_file(tmp_path: Path, rule_set: RuleSet) -> None:
    own = tmp_path / "procedures" / "own.toml"
    own.parent.mkdir()
    own.write_text("[[procedures]]\ncode = '9.000001'\n", encoding="utf-8")
    with pytest.raises(InvalidProcedureError, match="version") as caught:
        load_procedures(rule_set, tmp_path)
    assert caught.value.__notes__ == ["in own.toml"]
    for text in ("", "procedures = []", "procedures = 1"):
        own.write_text(text, encoding="utf-8")
        with pytest.raises(InvalidProcedureError, match=r"own\.toml: there is no"):
            load_procedures(rule_set, tmp_path)
    own.write_text("procedures = ", encoding="utf-8")
    with pytest.raises(RulesError, match=r"own\.toml is not readable TOML"):
        load_procedures(rule_set, tmp_path)
