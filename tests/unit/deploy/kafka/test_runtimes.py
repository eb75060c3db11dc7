"""Which Java counts as found and as new enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.embedded.kafka.runtimes import check_java, check_maven, java_major, java_version


@pytest.mark.parametrize(
    ("version", "major"), [("17.0.15", 17), ("1.8.0_292", 8), ("25-ea", 25), ("21", 21), ("11.0.24", 11), ("?", 0)]
)
def test_the_major_version_of_java(version: str, major: int) -> None:
    assert java_major(version) == major


def test_the_version_is_found_in_what_java_says() -> None:
    assert java_version('Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "17.0.15" 2025-04-15\n') == "17.0.15"
    assert java_version("The operation couldn't be completed. Unable to locate a Java Runtime.") is None


def _java(home: Path, version: str) -> Path:
    (home / "bin").mkdir(parents=True)
    java = home / "bin" / "java"
    java.write_text(f"""#!/bin/sh\necho 'openjdk version "{version}"' >&2\n""")
    java.chmod(0o755)
    return java


def test_java_home_wins_over_the_path(tmp_path: Path) -> None:
    wanted = _java(tmp_path / "home", "21.0.1")
    other = _java(tmp_path / "other", "11.0.1")
    check = check_java({"JAVA_HOME": str(tmp_path / "home"), "PATH": str(other.parent)})
    assert (check.ok, check.path, check.version, check.advice) == (True, wanted, "21.0.1", "")


def test_an_old_java_is_named_and_comes_with_advice(tmp_path: Path) -> None:
    check = check_java({"PATH": str(_java(tmp_path, "16.0.2").parent)})
    assert not check.ok
    assert check.version == "16.0.2"
    assert "install Java 17 or newer" in check.advice


def test_nothing_found_is_an_answer_and_no_error(tmp_path: Path) -> None:
    for check in (check_java({"PATH": str(tmp_path)}), check_maven({"PATH": str(tmp_path)})):
        assert (check.ok, check.path, check.version) == (False, None, None)
        assert check.advice
