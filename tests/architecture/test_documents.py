"""Documents that do not rot: links lead somewhere, named files and tests exist, glossary words are used, ADRs have a shape."""

import ast
import re
from pathlib import PurePosixPath
from urllib.parse import unquote

import pytest

from tests.architecture.tree import PACKAGES, ROOT, TESTS, documents, files, python_files, text_of, tree_of

FLOW = "docs/flow.md"
OPERATIONS = "docs/operations.md"
CONTRIBUTING = "docs/contributing.md"
INDEX = "docs/decisions/README.md"
DECISIONS = tuple(name for name in files() if re.fullmatch(r"docs/decisions/\d{4}-[a-z0-9-]+\.md", name))
LINK = re.compile(r"(?<!`)\[[^\]\n]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", documents())
def test_every_relative_link_leads_somewhere(name: str) -> None:
    broken = []
    for link in LINK.findall(FENCE.sub("", text_of(name))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / unquote(path) if path else ROOT / name
        is_there = target.exists() and (not anchor or anchor in _anchors(target.read_text(encoding="utf-8")))
        if not is_there:
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("name", [FLOW, OPERATIONS, CONTRIBUTING])
def test_every_file_that_is_named_exists(name: str) -> None:
    shown = re.findall(rf"`((?:{'|'.join(PACKAGES)}|bench|docs|packages|tests)/[\w./-]+\.\w+)", text_of(name))
    assert len(shown) > 10
    assert sorted({one for one in shown if not (ROOT / one).is_file()}) == []


def test_every_function_that_the_flow_names_stands_in_its_file() -> None:
    named = re.findall(r"\[`([\w/]+\.py)`\]\([^)]*\) `(\w+)`", text_of(FLOW))
    assert len(named) > 10
    assert [(path, function) for path, function in named if function not in _defined(path)] == []


def test_every_test_that_a_document_names_exists() -> None:
    named = {
        one
        for name in documents()
        for one in re.findall(r"`((?:packages/[\w-]+/)?tests/[\w/]+\.py)::(\w+)`", text_of(name))
    }
    assert len(named) > 20
    assert sorted(f"{path}::{test}" for path, test in named if path not in files() or test not in _defined(path)) == []


def test_each_place_of_a_recipe_exists_and_has_a_test_that_names_it_when_it_is_forgotten() -> None:
    """`<theme>` and `<type>` stand for any one that there is."""
    steps = re.findall(r"^\| \d+ \| `([^`]+)` \| .* \| (.*) \|$", text_of(CONTRIBUTING), flags=re.MULTILINE)
    assert len(steps) > 15
    places = {place.replace("<theme>", "handling").replace("<type>", "step-started.v1") for place, _ in steps}
    assert sorted(one for one in places if not one.startswith("make ") and not (ROOT / one).exists()) == []
    without = [place for place, named in steps if "`tests/" not in named]
    assert without == ["services/stats/domain/projection.py", "rules/data/rulesets/", "rules/due/sub_clocks.py"]


def test_every_word_of_the_glossary_is_used_in_code_schemas_or_sql() -> None:
    rows = [line.split("|") for line in text_of("docs/glossary.md").splitlines() if line.startswith("| ")]
    words = {word for row in rows for word in re.findall(r"`([^`]+)`", row[3])}
    assert len(words) > 30
    used = "\n".join(
        text_of(name) for name in files() if name.startswith(("schemas/", "services/", "events/", "rules/"))
    )
    assert sorted(word for word in words if not re.search(rf"\b{re.escape(word)}\b", used)) == []


def test_every_class_among_the_words_of_the_code_is_one() -> None:
    _, words_of_the_code = text_of("docs/glossary.md").split("## The words of the code")
    named = set(re.findall(r"^\| ([A-Z]\w+) \|", words_of_the_code, flags=re.MULTILINE))
    assert len(named) > 10
    defined = {one for name in python_files(*PACKAGES) for one in _defined(name)} | {"Ledger"}  # a name of a tuple
    assert sorted(named - defined) == []


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_has_the_agreed_shape(name: str) -> None:
    text = text_of(name)
    number = PurePosixPath(name).name[:4]
    assert re.match(rf"# {number}[.:]? \S", text)
    assert re.search(r"^Status: (proposed|accepted|superseded by \d{4})", text, flags=re.MULTILINE)
    headings = re.findall(r"^## (.+)", text, flags=re.MULTILINE)
    wanted = ["Context", "Decision", "Consequences"]
    assert [one for one in headings if one in wanted] == wanted
    assert re.findall(r"@[A-Z_]+@|\b(?:TODO|TBD|FIXME|XXX)\b", text) == []


def test_the_index_of_decisions_is_complete() -> None:
    linked = re.findall(r"\]\((\d{4}-[a-z0-9-]+\.md)\)", text_of(INDEX))
    assert linked == [PurePosixPath(name).name for name in DECISIONS]
    numbers = [one[:4] for one in linked]
    assert len(numbers) == len(set(numbers))


def test_every_decision_that_is_referred_to_exists() -> None:
    known = {PurePosixPath(name).name[:4] for name in DECISIONS}
    texts = {name: text_of(name) for name in (*python_files(*PACKAGES, "bench", *TESTS), *documents())}
    texts |= {name: text_of(name) for name in files() if name.endswith((".sql", ".yaml", ".toml"))}
    missing = {
        name: absent for name, text in texts.items() if (absent := set(re.findall(r"ADR[ -](\d{4})", text)) - known)
    }
    assert missing == {}


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)", FENCE.sub("", text), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).strip().replace(" ", "-") for one in headings}


def _defined(path: str) -> set[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(tree_of(path)) if isinstance(node, kinds)}
