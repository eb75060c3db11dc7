"""The crash matrix is whole: every program of the stack is killed, and every row is run by the module that it names."""

from motcua.addresses import planned
from motcua.stack_programs import programs
from tests.architecture.tree import text_of
from tests.integration.crash_matrix import MATRIX

OF_COMMANDS = {"bulk-load"}


def test_every_program_of_the_stack_is_killed_on_the_whole_stack_and_none_that_is_not() -> None:
    running = {one.name for one in programs(planned({}))}
    killed = {name for row in MATRIX for name in row.processes}
    assert killed == running | OF_COMMANDS
    on_the_stack = [name for row in MATRIX if row.module.endswith("stack.test_crashes") for name in row.processes]
    assert sorted(on_the_stack) == sorted(running)


def test_every_row_is_run_by_the_module_that_it_names() -> None:
    for module in {row.module for row in MATRIX}:
        text = text_of(f"{module.replace('.', '/')}.py")
        assert "crashes_of(" in text, module
        assert "KILLS" in text, module
        assert "pytest.mark.chaos" in text, module


def test_a_moment_is_not_killed_at_twice() -> None:
    rows = [(row.module, row.processes, row.moment) for row in MATRIX]
    assert len(set(rows)) == len(rows)
