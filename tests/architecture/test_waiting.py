"""No test sleeps: where time must pass, it waits for something to become so, by the one module for it.

The front, which stands alone, has a module of its own for that.
"""

import ast

from tests.architecture.tree import FRONT, TESTS, python_files, tree_of

WAITING = ("tests/waiting.py", f"{FRONT}/tests/front_asking.py")
CLOCKS = ("time", "asyncio")


def test_only_one_module_of_the_tests_and_one_of_the_front_s_let_time_pass() -> None:
    sleeping = {
        name: found for name in python_files(*TESTS) if name not in WAITING and (found := sleeps(tree_of(name)))
    }
    assert sleeping == {}
    assert all(sleeps(tree_of(name)) != [] for name in WAITING)


def test_every_way_to_sleep_is_found() -> None:
    for text in (
        "time.sleep(1)", "await asyncio.sleep(1)", "from time import sleep", "from asyncio import sleep as nap",
        "import time as t\nt.sleep(1)", "import asyncio as a\nnap = a.sleep",
    ):  # fmt: skip
        assert sleeps(ast.parse(text)) != [], text
    assert sleeps(ast.parse("await asyncio.sleep(0)\nask('SELECT sleep(1)')")) == []


def sleeps(tree: ast.Module) -> list[int]:
    """The lines where a module takes hold of a sleep of the standard library; `sleep(0)` only lets other tasks run."""
    clocks, yields = set(CLOCKS), set()
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            clocks |= {one.asname for one in node.names if one.name in CLOCKS and one.asname}
        elif isinstance(node, ast.ImportFrom) and node.module in CLOCKS:
            found += [node.lineno for one in node.names if one.name == "sleep"]
        elif isinstance(node, ast.Call) and [ast.unparse(one) for one in node.args] == ["0"]:
            yields.add(node.func)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "sleep" and node not in yields:
            found += [node.lineno] if isinstance(node.value, ast.Name) and node.value.id in clocks else []
    return found
