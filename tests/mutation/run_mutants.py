"""Changes the rules one place at a time and tells which changes no test of the rules notices: `make mutants`.

Works on a copy below `.cache`, which is kept, so that a second run only repeats what changed. Prints the survivors with
their changes; the exit code is 0, since some of them change nothing (docs/mutation.md). Names choose a part:
`make mutants ONLY="rules.due.terms* rules.due.ladder*"`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPY = ROOT / ".cache" / "mutants"
TESTS = ("tests/unit/rules", "tests/properties/rules", "tests/properties/rules_clocks")
# The fold of the clocks is held by the net over the whole way (tests/properties/whole_way) and by named mutations.
SETTINGS = """\
[tool.mutmut]
source_paths = ["rules"]
do_not_mutate = ["rules/clocks/*", "rules/explain/dossier_*", "rules/explain/clock_lives.py"]
pytest_add_cli_args_test_selection = [{tests}]

[tool.pytest.ini_options]
pythonpath = ["."]
addopts = "--import-mode=importlib -q -p no:cacheprovider"
"""
# Few examples and always the same ones: what is left over by chance would survive in one run and not in the next.
FEW_EXAMPLES = '''\
"""Fewer and always the same examples, for a suite that is run thousands of times."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "mutants", max_examples=12, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("mutants")
'''


def main(names: list[str]) -> int:
    """Run every mutant, or those with these names; print what survived."""
    renew_copy()
    mutmut = [str(Path(sys.executable).with_name("mutmut"))]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    children = os.environ.get("MUTANTS_AT_ONCE", "1")
    done = subprocess.run([*mutmut, "run", "--max-children", children, *names], cwd=COPY, env=environment, check=False)
    told = subprocess.run([*mutmut, "results"], cwd=COPY, env=environment, check=True, capture_output=True, text=True)
    survivors = [line.split(":")[0].strip() for line in told.stdout.splitlines() if line.endswith(": survived")]
    for name in survivors:
        shown = subprocess.run([*mutmut, "show", name], cwd=COPY, env=environment, check=False, capture_output=True)
        sys.stdout.write(shown.stdout.decode() + "\n")
    quiet = (": survived", ": not checked")
    others = [line.strip() for line in told.stdout.splitlines() if line.strip() and not line.endswith(quiet)]
    sys.stdout.write("\n".join([*others, f"{len(survivors)} survived", ""]))
    return done.returncode


def renew_copy() -> None:
    """Lay the rules and their tests anew beside what an earlier run found out."""
    COPY.mkdir(parents=True, exist_ok=True)
    tests = [folder for folder in TESTS if (ROOT / folder).is_dir()]
    for folder in ("events", "rules", "tests/lanes", *tests):
        shutil.rmtree(COPY / folder, ignore_errors=True)
        shutil.copytree(ROOT / folder, COPY / folder, ignore=shutil.ignore_patterns("__pycache__"))
    quoted = ", ".join(f'"{folder}"' for folder in tests)
    (COPY / "pyproject.toml").write_text(SETTINGS.format(tests=quoted), encoding="utf-8")
    (COPY / "tests" / "conftest.py").write_text(FEW_EXAMPLES, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
