"""Size, names and shape of modules: what a linter has no rule for."""

import ast
import re

from tests.architecture.tree import PACKAGES, SERVICES, TESTS, VENDORED, files, python_files, text_of, tree_of

CODE_LINES = 300
TEST_LINES = 400
PIPELINE_LINES = 150
DRAWERS = re.compile(r"(utils?|helpers?|common|misc|base|manager|core\d+|.*_v\d+)\.py")
IO_PACKAGES = frozenset(
    {
        "aiohttp", "aiokafka", "asyncio", "chdb", "clickhouse_connect", "eventsourcing", "faust", "http", "logging", "os",
        "psycopg", "requests", "shutil", "socket", "sqlite3", "subprocess", "tempfile", "threading", "time", "urllib.request",
    }
)  # fmt: skip
IO_METHODS = frozenset({"open", "read_text", "read_bytes", "write_text", "write_bytes", "unlink", "mkdir", "rename"})
CORE = re.compile(r"(events|rules)/.+\.py|services/\w+/(pipeline|ports)\.py|services/\w+/domain/.+\.py")
FILE_READERS = frozenset({"events/schema_files.py", "rules/book/toml_files.py"})
SHAPE = {"__init__.py", "adapters", "app.py", "config.py"}
WRITES = {"pipeline.py", "ports.py"}
OF_SERVICE = {
    "intake": {"domain", "static", *WRITES},
    "deadlines": WRITES,
    "stats": {"domain", "migrations", "views", "queries", "questions.py", "generate.py", *WRITES},
    "page": {"domain", "static"},
}
"""What a service has besides; the domain of the deadlines is the law itself: `rules/clocks`; the page only reads."""


def test_no_module_is_too_long_to_read() -> None:
    limits = {
        name: TEST_LINES if name.startswith(tuple(f"{one}/" for one in TESTS)) else CODE_LINES
        for name in files()
        if name.endswith((".py", ".sql", ".js")) and not name.startswith(VENDORED)
    }
    lengths = {name: len(text_of(name).splitlines()) for name in limits}
    assert {name: length for name, length in lengths.items() if length > limits[name]} == {}


def test_an_init_file_holds_a_docstring_and_nothing_else() -> None:
    full = [
        name
        for name in python_files(*PACKAGES, "bench", *TESTS)
        if name.endswith("__init__.py") and (len(tree_of(name).body) != 1 or ast.get_docstring(tree_of(name)) is None)
    ]
    assert full == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [name for name in python_files(*PACKAGES, "bench", *TESTS) if not ast.get_docstring(tree_of(name))]
    assert silent == []


def test_no_module_is_a_drawer() -> None:
    drawers = [name for name in python_files(*PACKAGES, "bench", *TESTS) if DRAWERS.fullmatch(name.rsplit("/", 1)[1])]
    assert drawers == []


def test_there_are_three_pipelines_and_each_can_be_read_top_to_bottom() -> None:
    pipelines = [name for name in files() if name.endswith("/pipeline.py")]
    writing = [service for service in SERVICES if OF_SERVICE[service] >= WRITES]
    assert pipelines == sorted(f"services/{service}/pipeline.py" for service in writing)
    assert [name for name in pipelines if len(text_of(name).splitlines()) > PIPELINE_LINES] == []


def test_every_service_has_the_same_shape() -> None:
    for service in SERVICES:
        folder = f"services/{service}/"
        found = {name.removeprefix(folder).split("/")[0] for name in files() if name.startswith(folder)}
        assert found == SHAPE | OF_SERVICE[service], service


def test_the_core_imports_nothing_that_reaches_outside() -> None:
    reaching = {
        name: sorted(found)
        for name in python_files("events", "rules", "services")
        if CORE.fullmatch(name) and (found := _imported(name) & IO_PACKAGES)
    }
    assert reaching == {}


def test_the_core_opens_no_file() -> None:
    opening = {
        name: sorted(found)
        for name in python_files("events", "rules", "services")
        if CORE.fullmatch(name) and name not in FILE_READERS and (found := _file_calls(name))
    }
    assert opening == {}


def test_only_the_edge_of_a_service_reads_the_environment() -> None:
    edge = re.compile(r"services/\w+/(app|config|__main__)\.py")
    assert [
        name for name in python_files("services") if "os.environ" in text_of(name) and not edge.fullmatch(name)
    ] == []


def _imported(name: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.Import):
            found |= {part for one in node.names for part in (one.name, one.name.split(".")[0])}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, node.module.split(".")[0]}
    return found


def _file_calls(name: str) -> set[str]:
    found = set()
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id == "open":
                found.add("open")
            elif isinstance(called, ast.Attribute) and called.attr in IO_METHODS:
                found.add(called.attr)
    return found
