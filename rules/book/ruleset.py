"""The parameters of the law: one immutable `RuleSet` per version, each parameter with its source.

In goes the content of a TOML file (rules/data/rulesets), out comes the rule set. Whatever was not checked against a
signed text is marked `unverified` there and stays a parameter (decision B8). Pure: nothing is read here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, time, timedelta
from typing import Any, Final, Literal, cast, get_args

from events.deadline import PauseCause, Policy
from rules.errors import InvalidRuleSetError

POLICIES: Final[tuple[Policy, ...]] = get_args(Policy)
SourceStatus = Literal["verified", "unverified"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterSource:
    """Where the value of a parameter comes from, and which rules use it."""

    source: str
    status: SourceStatus
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RungRule:
    """One rung of the near-due ladder: so many working days before the due day, or at a remaining share of the term.

    `to_roles` says who is reminded (4.6).
    """

    name: str
    working_days_before: int | None
    remaining_percent: int | None
    only_before: str | None
    to_roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRule:
    """One rung of the ladder after a breach (4.6, B1 to B3): so many working days after the due day, to whom."""

    name: str
    working_days_after: int
    to_roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """One version of the parameters. `rule_set_id` names the version and is pinned at acceptance.

    `pausing_causes` stop every clock (DR-25); any other cause stops the clock of a procedure that says so.
    """

    rule_set_id: str
    name: str
    name_en: str
    valid_from: date
    supplement_policy: Policy
    pausing_causes: tuple[PauseCause, ...]
    same_day_cut_off: time
    back_dating_tolerance: timedelta
    working_day_length: timedelta
    intake_working_hours: int
    transfer_cut_off: time
    transfer_next_day_by: time
    agency_working_days_before: int
    apology_working_days_before: int
    apology_short_term_working_days: int
    apology_resend_working_days: int
    max_reappointments: int
    ladder: tuple[RungRule, ...]
    escalation: tuple[EscalationRule, ...]
    escalation_acknowledge_working_days: int
    apology_pending_roles: tuple[str, ...]
    breach_roles: tuple[str, ...]
    part_breach_roles: tuple[str, ...]
    supplement_expired_roles: tuple[str, ...]
    feedback_refusal_working_days: int
    feedback_supplement_working_days: int
    feedback_answer_working_days: int
    feedback_publication_working_days: int
    sources: Mapping[str, ParameterSource] = field(hash=False)


_NUMBERS: Final = tuple(one.name for one in fields(RuleSet) if one.type is int)
"""Parameters that are whole numbers: at least 1, or 0 where that makes sense too."""
_MAY_BE_ZERO: Final = frozenset({"apology_short_term_working_days", "max_reappointments"})
_ROLES: Final = ("apology_pending_roles", "breach_roles", "part_breach_roles", "supplement_expired_roles")
"""Parameters that say who is told: somebody always is."""


def parse_rule_set(data: Mapping[str, Any]) -> RuleSet:
    """Check the content of a rule set file and give the rule set.

    Raises:
        InvalidRuleSetError: a parameter or its source is missing, or a value makes no sense.
    """
    try:
        parameters = data["parameters"]
        value = {name: row["value"] for name, row in parameters.items()}
        rule_set = RuleSet(
            rule_set_id=data["id"],
            name=data["name"],
            name_en=data["name_en"],
            valid_from=data["valid_from"],
            supplement_policy=cast("Policy", value["supplement_policy"]),
            pausing_causes=tuple(value["pausing_causes"]),
            same_day_cut_off=value["same_day_cut_off"],
            back_dating_tolerance=timedelta(minutes=value["back_dating_tolerance_minutes"]),
            working_day_length=timedelta(hours=value["hours_per_working_day"]),
            transfer_cut_off=value["transfer_cut_off"],
            transfer_next_day_by=value["transfer_next_day_by"],
            ladder=_ladder(value["ladder"]),
            escalation=tuple(_escalation_rule(row) for row in value["escalation"]),
            sources={name: _source(row) for name, row in parameters.items()},
            **{name: value[name] for name in _NUMBERS},
            **dict[str, Any]((name, _roles(value[name])) for name in _ROLES),
        )
        _check(rule_set)
    except (KeyError, TypeError) as error:
        message = f"rule set {data.get('id', '?')}: missing or wrong field: {error}"
        raise InvalidRuleSetError(message) from error
    return rule_set


def _ladder(rows: list[Mapping[str, Any]]) -> tuple[RungRule, ...]:
    """Give the rungs so that each comes after the one it is measured against."""
    return tuple(sorted((_rung(row) for row in rows), key=lambda rung: rung.only_before is not None))


def _rung(row: Mapping[str, Any]) -> RungRule:
    return RungRule(
        name=row["name"],
        working_days_before=row.get("working_days_before"),
        remaining_percent=row.get("remaining_percent"),
        only_before=row.get("only_before"),
        to_roles=tuple(row.get("to_roles", ())),
    )


def _escalation_rule(row: Mapping[str, Any]) -> EscalationRule:
    return EscalationRule(
        name=row["name"], working_days_after=row["working_days_after"], to_roles=tuple(row["to_roles"])
    )


def _roles(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(role, str) for role in value):
        message = f"{value!r} is no list of roles"
        raise TypeError(message)
    return tuple(value)


def _source(row: Mapping[str, Any]) -> ParameterSource:
    return ParameterSource(source=row["source"], status=row["status"], rules=tuple(row["rules"]))


def _check(rule_set: RuleSet) -> None:
    names = [rung.name for rung in rule_set.ladder]
    plain = [rung.name for rung in rule_set.ladder if rung.only_before is None]
    problems = {
        "supplement_policy": rule_set.supplement_policy not in get_args(Policy),
        "pausing_causes": not set(rule_set.pausing_causes) <= set(get_args(PauseCause)),
        "same_day_cut_off": not isinstance(rule_set.same_day_cut_off, time),
        "transfer_cut_off": not isinstance(rule_set.transfer_cut_off, time),
        "transfer_next_day_by": not isinstance(rule_set.transfer_next_day_by, time),
        "back_dating_tolerance_minutes": rule_set.back_dating_tolerance < timedelta(0),
        "hours_per_working_day": rule_set.working_day_length <= timedelta(0),
        "ladder": len(set(names)) != len(names) or not all(_is_rung(rung, plain) for rung in rule_set.ladder),
        "escalation": not _rises(rule_set.escalation),
        "status": any(s.status not in get_args(SourceStatus) or not s.source for s in rule_set.sources.values()),
    }
    problems |= {name: getattr(rule_set, name) < (name not in _MAY_BE_ZERO) for name in _NUMBERS}
    problems |= {name: not getattr(rule_set, name) for name in _ROLES}
    wrong = [name for name, is_wrong in problems.items() if is_wrong]
    if wrong:
        message = f"rule set {rule_set.rule_set_id}: no sense in {', '.join(wrong)}"
        raise InvalidRuleSetError(message)


def _is_rung(rung: RungRule, plain: list[str]) -> bool:
    if rung.only_before is not None and rung.only_before not in plain:
        return False
    if rung.working_days_before is not None:
        return rung.remaining_percent is None and rung.working_days_before >= 0
    return rung.remaining_percent is not None and 0 < rung.remaining_percent < 100


def _rises(rules: tuple[EscalationRule, ...]) -> bool:
    """Tell whether each rung has its own name, somebody to go to, and lies after the one before it."""
    days = [0, *(rule.working_days_after for rule in rules)]
    names = {rule.name for rule in rules}
    return len(names) == len(rules) and all(rule.to_roles for rule in rules) and days == sorted(set(days))
