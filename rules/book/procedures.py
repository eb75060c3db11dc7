"""The catalogue of procedures: what each allows how long, in which steps, and what may stop or split its clock.

In go the content of a TOML file (rules/data/procedures) and the rule set; out comes a `ProcedureCatalogue`. A version of
a procedure is published when it is in a catalogue, and it is checked there: its steps fit its term (DR-12), and no two
versions are valid on one day. Pure: nothing is read here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from itertools import pairwise
from typing import Any, Literal, cast, get_args

from rules.book.ruleset import RuleSet, SourceStatus
from rules.due.sub_clocks import steps_fit
from rules.due.terms import Term
from rules.errors import InvalidProcedureError, InvalidTermError, UnknownCaseError

Level = Literal["ministry", "province", "commune"]

STANDARD_CASE = "standard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a procedure: who does it in which role, and within which budget (None: only the whole term binds)."""

    code: str
    name: str
    budget: Term | None
    unit_role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """One version of a procedure, valid from its first to its last day, both included (None: until replaced).

    `terms` states a term for each case, "standard" among them. `has_financial_pause` says that a financial duty stops
    the clock, `agency_legs` that other agencies take part (liên thông, DR-13), `has_transfer_clock` that the dossier
    goes from the counter to another office (DR-11). `qms_ref` names the document of the quality system.
    """

    code: str
    version: str
    valid_from: date
    valid_until: date | None
    name: str
    field: str
    level: Level
    terms: Mapping[str, Term] = dataclass_field(hash=False)
    steps: tuple[Step, ...]
    has_financial_pause: bool
    agency_legs: bool
    has_transfer_clock: bool
    qms_ref: str | None
    source: str
    source_status: SourceStatus

    def term(self, case: str = STANDARD_CASE) -> Term:
        """Give the term of a case.

        Raises:
            UnknownCaseError: the procedure states none for this case; no other term stands in for it (DR-09).
        """
        if case not in self.terms:
            message = f"procedure {self.code} has no term for the case {case!r}; there are: {', '.join(self.terms)}"
            raise UnknownCaseError(message)
        return self.terms[case]

    def is_valid_on(self, day: date) -> bool:
        """Tell whether this version applies to what is accepted on that local day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


class ProcedureCatalogue:
    """Every published version of every procedure. Immutable."""

    __slots__ = ("_versions",)

    def __init__(self, procedures: Iterable[Procedure], rule_set: RuleSet) -> None:
        """Publish procedures.

        Raises:
            InvalidProcedureError: steps take longer than their term (DR-12), or two versions are valid on one day.
        """
        self._versions: dict[str, tuple[Procedure, ...]] = {}
        for procedure in sorted(procedures, key=lambda p: (p.code, p.valid_from)):
            check_steps(procedure, rule_set)
            self._versions[procedure.code] = (*self._versions.get(procedure.code, ()), procedure)
        for versions in self._versions.values():
            _check_succession(versions)

    @property
    def procedures(self) -> tuple[Procedure, ...]:
        """Give every version, by code and from the oldest on."""
        return tuple(version for versions in self._versions.values() for version in versions)

    def find(self, code: str, on: date) -> Procedure | None:
        """Give the version of a procedure that is valid on a local day, or None."""
        return next((version for version in self._versions.get(code, ()) if version.is_valid_on(on)), None)


def parse_procedure(data: Mapping[str, Any]) -> Procedure:
    """Check one record of a procedure file and give the procedure.

    Raises:
        InvalidProcedureError: a field is missing, of the wrong kind, or contradicts another.
    """
    try:
        procedure = Procedure(
            code=data["code"],
            version=data["version"],
            valid_from=data["valid_from"],
            valid_until=data.get("valid_until"),
            name=data["name"],
            field=data["field"],
            level=cast("Level", data["level"]),
            terms={case: _term(row) for case, row in data["terms"].items()},
            steps=tuple(_step(row) for row in data.get("steps", ())),
            has_financial_pause=data["has_financial_pause"],
            agency_legs=data["agency_legs"],
            has_transfer_clock=data["has_transfer_clock"],
            qms_ref=data.get("qms_ref"),
            source=data["source"],
            source_status=cast("SourceStatus", data["source_status"]),
        )
        _check(procedure)
    except (KeyError, TypeError, AttributeError, InvalidTermError) as error:
        message = f"procedure {data.get('code', '?')} {data.get('version', '')}: missing or wrong field: {error}"
        raise InvalidProcedureError(message) from error
    return procedure


def check_steps(procedure: Procedure, rule_set: RuleSet) -> None:
    """Refuse a procedure whose steps together may take longer than one of its terms, or can't be added up (DR-12)."""
    budgets = tuple(step.budget for step in procedure.steps if step.budget is not None)
    short = [case for case, term in procedure.terms.items() if budgets and not steps_fit(term, budgets, rule_set)]
    if short:
        raise _invalid(procedure, f"the steps don't fit the term of {', '.join(short)} (DR-12)")


def _check_succession(versions: tuple[Procedure, ...]) -> None:
    for earlier, later in pairwise(versions):
        if earlier.is_valid_on(later.valid_from):
            raise _invalid(later, f"version {earlier.version} is still valid on {later.valid_from}")


def _check(procedure: Procedure) -> None:
    codes = [step.code for step in procedure.steps]
    last = procedure.valid_until
    problems = {
        "it has no code, version or name": not (procedure.code and procedure.version and procedure.name),
        "it has no standard term": STANDARD_CASE not in procedure.terms,
        "valid_until lies before valid_from": last is not None and last < procedure.valid_from,
        f"its level is none of {', '.join(get_args(Level))}": procedure.level not in get_args(Level),
        "two steps have one code": len(set(codes)) != len(codes),
        "its source or source_status is missing": not procedure.source
        or procedure.source_status not in get_args(SourceStatus),
        "a flag is neither true nor false": not all(
            isinstance(flag, bool)
            for flag in (procedure.has_financial_pause, procedure.agency_legs, procedure.has_transfer_clock)
        ),
    }
    found = [problem for problem, is_there in problems.items() if is_there]
    if found:
        raise _invalid(procedure, "; ".join(found))


def _term(row: Mapping[str, Any]) -> Term:
    return Term(value=row["value"], unit=row["unit"])


def _step(row: Mapping[str, Any]) -> Step:
    budget = row.get("budget")
    return Step(
        code=row["code"],
        name=row["name"],
        budget=None if budget is None else _term(budget),
        unit_role=row["unit_role"],
    )


def _invalid(procedure: Procedure, problem: str) -> InvalidProcedureError:
    return InvalidProcedureError(f"procedure {procedure.code} {procedure.version}: {problem}")
