"""Budgets: which layer a test is of, what its layer may cost, and what is said when it costs more."""

import re

import pytest

from tests.lanes.cost import MOST_NAMED, cost_of_layers, cpu_seconds, told, yardstick
from tests.lanes.embedded import FRONT, ROOT
from tests.lanes.layers import LANES, Layer, Layers, read_layers

TEST_FILES = [
    path.relative_to(ROOT).as_posix()
    for folder in ("tests", f"{FRONT}/tests")
    for path in (ROOT / folder).rglob("test_*.py")
]
FOUR = Layers(
    yardstick_seconds=0.1,
    layers=(
        Layer(folder="tests/unit", lane="pure", cpu_seconds=10),
        Layer(folder="tests/unit/slow", lane="pure", cpu_seconds=20),
        Layer(folder="tests/integration/kafka", lane="connected", cpu_seconds=5),
        Layer(folder="tests/sql", lane="connected", cpu_seconds=5),
    ),
)
SPENT = {
    "tests/unit/test_a.py::test_1": 4.0,
    "tests/unit/test_b.py::test_2": 5.0,
    "tests/unit/slow/test_c.py::test_3": 11.0,
    "tests/integration/kafka/test_d.py::test_4": 5.5,
}


def test_a_test_counts_for_the_innermost_folder_that_is_a_layer() -> None:
    found = {one.folder: (one.tests, one.spent) for one in cost_of_layers(SPENT, FOUR, 1.0)}
    assert found == {"tests/unit": (2, 9.0), "tests/unit/slow": (1, 11.0), "tests/integration/kafka": (1, 5.5)}


def test_a_layer_above_its_budget_is_told_with_its_dearest_tests() -> None:
    spent = {f"tests/unit/test_a.py::test_{number}": float(number) for number in range(10)}
    (cost,) = cost_of_layers(spent, FOUR, 1.0)
    assert cost.is_above
    first, *named = told([cost])
    assert re.fullmatch(r"tests/unit +10 tests +45\.0 of +10 CPU s +ABOVE ITS BUDGET.*", first)
    assert [line.rpartition("_")[2] for line in named] == ["9", "8", "7", "6", "5"]
    assert len(named) == MOST_NAMED


def test_a_layer_within_its_budget_is_one_line() -> None:
    assert len(told(cost_of_layers({"tests/sql/test_a.py::test_1": 5.0}, FOUR, 1.0))) == 1


def test_a_slower_machine_has_larger_budgets() -> None:
    assert [one.is_above for one in cost_of_layers(SPENT, FOUR, 1.0)] == [False, False, True]
    assert [one.is_above for one in cost_of_layers(SPENT, FOUR, 1.2)] == [False, False, False]


@pytest.fixture
def run_of_its_own(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with one test, and our plugin with a budget that is nothing."""
    pytester.makepyfile(
        **{
            "tests/unit/test_dear": "def test_dear():\n    assert sum(range(3_000_000)) > 0\n",
            "conftest": """
                from tests.lanes.cost import Costs
                from tests.lanes.layers import Layer, Layers

                def pytest_addoption(parser):
                    parser.addoption("--budget", type=float)

                def pytest_configure(config):
                    layer = Layer(folder="tests/unit", lane="pure", cpu_seconds=config.getoption("--budget"))
                    layers = Layers(yardstick_seconds=1.0, layers=(layer,))
                    config.pluginmanager.register(Costs(layers, are_enforced=True))
            """,
        }
    )
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return pytester


def test_a_green_run_fails_for_a_layer_above_its_budget(run_of_its_own: pytest.Pytester) -> None:
    cheap = run_of_its_own.runpytest_subprocess("--budget=60", "--import-mode=importlib", "tests")
    assert (cheap.ret, cheap.parseoutcomes()) == (0, {"passed": 1})
    dear = run_of_its_own.runpytest_subprocess("--budget=0.0001", "--import-mode=importlib", "tests")
    assert (dear.ret, dear.parseoutcomes()) == (1, {"passed": 1})
    dear.stdout.fnmatch_lines(["tests/unit *ABOVE ITS BUDGET*", "*tests/unit/test_dear.py::test_dear"])


def test_what_a_process_uses_is_counted_with_its_children() -> None:
    before = cpu_seconds(has_children=True)
    assert yardstick() > 0
    assert cpu_seconds(has_children=True) > before


def test_every_folder_of_tests_is_in_a_layer_and_every_layer_in_a_lane() -> None:
    layers = read_layers()
    assert [name for name in TEST_FILES if layers.of(name) is None] == []
    assert {one.lane for one in layers.layers} == {*LANES, "chaos", "clients"}
    assert [one.folder for one in layers.layers if not (ROOT / one.folder).is_dir()] == []


def test_a_test_that_starts_a_part_of_the_product_is_not_in_the_pure_lane() -> None:
    layers = read_layers()
    starting = re.compile(
        r"^from (?:tests\.embedded\.(?:broker|engine)|front_asking|chdb_front\.process) import .*\bstart",
        flags=re.MULTILINE,
    )
    found = {name: layers.of(name) for name in TEST_FILES if starting.search((ROOT / name).read_text(encoding="utf-8"))}
    assert found
    assert [name for name, layer in found.items() if layer is None or layer.lane == "pure"] == []
