"""Every environment variable that the code reads is described for the operator, and nothing is described that is not read."""

import ast
import re

from tests.architecture.tree import python_files, text_of, tree_of

OPERATIONS = "docs/operations.md"
EXAMPLE = "deploy/env/motcua.env.example"
READERS = ("services", "motcua", "deploy")
ENVIRONMENTS = frozenset({"environ", "environment", "env"})
NAME = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
SET_BY_US = frozenset({"MOTCUA_STACK", "MOTCUA_TIED_PID"})
OF_THE_SHELL = frozenset({"PATH", "PYTHONPATH"})
PASSED_ON = ("POSTGRES_", "SQLITE_")


def test_every_variable_that_is_read_is_described() -> None:
    read = _read_variables()
    assert {"KAFKA_BOOTSTRAP_SERVERS", "MOTCUA_DATA_DIR", "PERSISTENCE_MODULE", "JAVA_HOME"} <= read
    described = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", text_of(OPERATIONS)))
    assert sorted(read - described) == []


def test_every_variable_that_an_operator_may_set_is_in_the_example() -> None:
    assert sorted(_read_variables() - SET_BY_US - OF_THE_SHELL - _examples().keys()) == []


def test_the_example_offers_nothing_that_nobody_reads() -> None:
    read = _read_variables()
    assert [name for name in _examples() if name not in read and not name.startswith(PASSED_ON)] == []


def test_the_example_sets_nothing_and_explains_each_variable() -> None:
    lines = text_of(EXAMPLE).splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []
    examples = _examples()
    assert len(examples) > 15
    bare = [name for name, place in examples.items() if not re.match(r"# [A-Z].{15,}", _comment_above(lines, place))]
    assert bare == []


def _examples() -> dict[str, int]:
    """Variable -> number of its line."""
    lines = text_of(EXAMPLE).splitlines()
    return {found[1]: place for place, line in enumerate(lines) if (found := re.match(r"#([A-Z][A-Z0-9_]+)=", line))}


def _comment_above(lines: list[str], place: int) -> str:
    """The first line of the comment that stands above a variable or above the block that it is in."""
    while place and not (lines[place].startswith("# ") and not lines[place - 1].startswith("# ")):
        place -= 1
    return lines[place]


def _read_variables() -> set[str]:
    found: set[str] = set()
    for name in python_files(*READERS):
        tree = tree_of(name)
        constants = _constants(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (_is_environment(node.func) or any(map(_is_environment, node.args))):
                texts = [text for one in node.args if (text := _text(one, constants)) and NAME.fullmatch(text)]
                found |= set(texts[:1])  # what follows the name is its default
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and _is_environment(node.value):
                found |= {text for text in [_text(node.slice, constants)] if text}
        if name == "services/intake/config.py":
            # It passes on what `eventsourcing` reads: the names stand in a tuple.
            found |= {
                one.value
                for one in ast.walk(tree)
                if isinstance(one, ast.Constant)
                and isinstance(one.value, str)
                and re.fullmatch(r"[A-Z]+_[A-Z]+", one.value)
            }
    return found


def _is_environment(node: ast.AST) -> bool:
    """`environ`, `os.environ`, or a method of them."""
    if isinstance(node, ast.Name):
        return node.id in ENVIRONMENTS
    if isinstance(node, ast.Attribute):
        return node.attr in ENVIRONMENTS or (node.attr in ("get", "pop") and _is_environment(node.value))
    return False


def _constants(tree: ast.Module) -> dict[str, str]:
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _text(node: ast.AST, constants: dict[str, str]) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return constants.get(node.id) if isinstance(node, ast.Name) else None
