"""Who may send history is said by the operator, source by source; said nothing, nobody may."""

import pytest

from motcua.addresses import planned
from motcua.stack_programs import programs
from services.intake.config import HISTORY_SOURCES, ConfigError, read_config


def test_nobody_may_send_history_unless_the_operator_names_the_source() -> None:
    assert read_config({}).history_sources == frozenset()
    named = read_config({HISTORY_SOURCES: " urn:motcua:import:so-cu, /hue/so-cu ,,"})
    assert named.history_sources == {"urn:motcua:import:so-cu", "/hue/so-cu"}


def test_a_pattern_is_refused_because_it_would_name_whom_nobody_thought_of() -> None:
    with pytest.raises(ConfigError, match=r"urn:motcua:import:\*"):
        read_config({HISTORY_SOURCES: "/hue/so-cu,urn:motcua:import:*"})


def test_a_stack_lets_its_environment_say_who_may_and_the_demo_adds_its_own_sources() -> None:
    of_up = {one.name: one.env for one in programs(planned({}))}
    assert all(HISTORY_SOURCES not in env for env in of_up.values())
    of_demo = {one.name: one.env for one in programs(planned({}), ["urn:a", "urn:b"])}
    assert [name for name, env in of_demo.items() if HISTORY_SOURCES in env] == ["intake"]
    assert of_demo["intake"][HISTORY_SOURCES] == "urn:a,urn:b"
