"""Ids and links of the rules hold together: what is cited has a text, and each text has its function and its test."""

import ast
import re
from collections import Counter
from functools import cache

import pytest

from rules.book.rulebook_files import load_rulebook
from services.intake.domain.decide import FLAG_KIND_BY_CODE
from tests.architecture.rules_document import INDEX, REASONS, Named, Rule, chapters, contents, rules
from tests.architecture.tree import PACKAGES, VENDORED, files, python_files, text_of, tree_of

RULES = rules()
IDS = frozenset(rule.rule_id for rule in RULES)
STATES = "docs/rules/states.md"
SOURCES = "docs/rules/sources.md"
RULE_ID = re.compile(r"(?<![\w-])(?:(?:DR|AR)-\d+|(?:AL|OR|CAL|TIME|STATE|STAT)-\d+|I[1-8]|QĐ766-\d\.\d)(?![\w-])")
DECISION_OR_RUNG = re.compile(r"(?<![\w#-])B\d{1,2}(?![\w-])")
CHAPTER_NUMBER = re.compile(r"\b[Dd]omain(?:\.md)? (\d\.\d+(?:\.\d+)?)")
FLAG = re.compile(r"domain 4\.3: ([a-z-]+)")
TEXTS = (".py", ".sql", ".md", ".toml", ".json", ".yaml", ".js", ".html", ".css", ".txt")


def test_every_chapter_is_in_the_contents_page() -> None:
    assert sorted(chapters()) == sorted(name for name in files() if re.fullmatch(r"docs/rules/.+\.md", name))


def test_no_rule_has_two_texts() -> None:
    assert {one: count for one, count in Counter(rule.rule_id for rule in RULES).items() if count > 1} == {}


def test_the_contents_page_says_what_the_chapters_say() -> None:
    written = text_of(INDEX).endswith(contents())
    assert written, f"{INDEX} is old: run `make generated`"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule_id)
def test_a_rule_has_its_text_its_functions_and_its_tests(rule: Rule) -> None:
    faults = [f"unknown reason {one!r}; there are {', '.join(REASONS)}" for one in rule.reasons if one not in REASONS]
    if not rule.text:
        faults.append("its first paragraph is not one bold sentence")
    if not (rule.has_code_line and rule.has_tests_line):
        faults.append("it has no paragraph 'Code: ...' or none 'Tests: ...'")
    if not rule.functions and not rule.reasons:
        faults.append("it names no function, and doesn't say 'not built yet (reason)'")
    if bool(rule.functions) != bool(rule.tests):
        faults.append("it names functions without a test, or tests without a function")
    faults += [_fault(one) for one in rule.functions + rule.tests if one.name not in _defined(one.path)]
    faults += [f"{one.path} {one.name} is no test" for one in rule.tests if not one.name.startswith("test_")]
    assert faults == [], f"{rule.place}: {'; '.join(faults)}"


def test_every_rule_that_is_cited_has_a_text() -> None:
    unknown = {
        f"{name}:{line}": sorted(absent)
        for name in _cited_in()
        for line, text in enumerate(text_of(name).splitlines(), 1)
        if (absent := {one for one in _cited(text) if not _is_told(one)})
    }
    assert unknown == {}, "cited without a heading '### id' in docs/rules/"


def test_every_chapter_number_that_is_cited_is_explained() -> None:
    explained = set(re.findall(r"^\| (\d\.\d+(?:\.\d+)?) \|", text_of(SOURCES), flags=re.MULTILINE))
    unknown = {
        name: sorted(absent)
        for name in _cited_in()
        if (absent := set(CHAPTER_NUMBER.findall(text_of(name))) - explained)
    }
    assert unknown == {}, f"not in the table of numbers of {SOURCES}"


def test_every_rung_and_every_rule_of_a_parameter_has_a_text() -> None:
    named: set[str] = set()
    for rule_set in load_rulebook().rule_sets:
        named |= {rung.name for rung in rule_set.ladder} | {rung.name for rung in rule_set.escalation}
        named |= {rule for source in rule_set.sources.values() for rule in source.rules}
    assert sorted(one for one in named if one not in IDS and f"Rung {one}" not in IDS) == []


def test_every_flag_code_is_in_the_table_of_the_state_machine() -> None:
    told = dict(re.findall(r"^\| `([a-z-]+)` \| `([a-z_]+)` \|", text_of(STATES), flags=re.MULTILINE))
    product = "\n".join(map(text_of, python_files(*PACKAGES)))
    assert {code: told.get(code) for code in FLAG_KIND_BY_CODE} == FLAG_KIND_BY_CODE
    assert sorted({*FLAG.findall(product)} - told.keys()) == []
    assert sorted(code for code in told if not re.search(rf'[" ]{code}"', product)) == []


def test_a_citation_without_a_text_is_seen() -> None:
    assert {one for one in _cited("DR-99, AR-1, B21, B4 and I8") if not _is_told(one)} == {"DR-99", "AR-1", "B21"}


def _cited_in() -> list[str]:
    return [name for name in files() if name.endswith(TEXTS) and not name.startswith(VENDORED) and name != _OWN]


def _cited(text: str) -> set[str]:
    return {*RULE_ID.findall(text), *DECISION_OR_RUNG.findall(text)}


def _is_told(one: str) -> bool:
    return one in IDS or f"Rung {one}" in IDS


def _fault(one: Named) -> str:
    where = "it is not defined there" if one.path in files() else "there is no such file"
    elsewhere = [path for path in files() if path.endswith((".py", ".sql")) and one.name in _defined(path)]
    found = f"found in {', '.join(elsewhere)}" if elsewhere else "found nowhere: link what took its place"
    return f"[`{one.name}`](../../{one.path}): {where}; {found}"


@cache
def _defined(path: str) -> frozenset[str]:
    """What can be linked in a file: functions, classes and constants of Python, views of SQL."""
    if path.endswith(".sql"):
        return frozenset(re.findall(r"\bVIEW (?:IF NOT EXISTS )?(\w+)", text_of(path)))
    if path not in files() or not path.endswith(".py"):
        return frozenset()
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return frozenset(found)


_OWN = "tests/architecture/test_rules_document.py"
