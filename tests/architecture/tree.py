"""The files of the project as git sees them, tracked or new, and the Python modules among them; for the tests of this folder."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FRONT = "packages/chdb-front"
PACKAGES = ("events", "rules", "services", "deploy", "motcua", "demo", "schemas", f"{FRONT}/src")
TESTS = ("tests", f"{FRONT}/tests")
SERVICES = ("intake", "deadlines", "stats", "page")
VENDORED = ("services/page/static/vendor/", "services/intake/static/vendor/")


@cache
def files() -> tuple[str, ...]:
    """Every file of the project, relative to its root; what .gitignore names is none."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return tuple(sorted({name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}))


def python_files(*folders: str) -> tuple[str, ...]:
    """The Python files below some folders."""
    return tuple(
        name for name in files() if name.endswith(".py") and name.startswith(tuple(f"{one}/" for one in folders))
    )


def module_of(name: str) -> str:
    """What a file is called when it is imported."""
    return name.removeprefix(f"{FRONT}/src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def documents() -> tuple[str, ...]:
    """Everything that people read: the Markdown files that are ours."""
    return tuple(name for name in files() if name.endswith(".md") and not name.startswith(VENDORED))


@cache
def text_of(name: str) -> str:
    """The text of a file; empty for one that is no UTF-8 text."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@cache
def tree_of(name: str) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(text_of(name), filename=name)
