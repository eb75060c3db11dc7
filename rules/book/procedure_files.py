"""Read the catalogue of procedures from its files; the files themselves are read as those of the rulebook are.

Without a folder it is the package's own catalogue; an office may give its own folder with `procedures/`.
"""

from importlib.resources import files
from importlib.resources.abc import Traversable

from rules.book.procedures import Procedure, ProcedureCatalogue, parse_procedure
from rules.book.ruleset import RuleSet
from rules.book.toml_files import content_of, toml_files
from rules.errors import InvalidProcedureError, RulesError


def load_procedures(rule_set: RuleSet, folder: Traversable | None = None) -> ProcedureCatalogue:
    """Read and check every procedure of a folder (a `pathlib.Path` will do); the rule set weighs days against hours.

    Raises:
        RulesError: a file is not TOML or its content is refused; the message or its note names the file.
        OSError: a file can't be read.
    """
    root = files("rules") / "data" if folder is None else folder
    found = [one for source in toml_files(root / "procedures") for one in _procedures(source)]
    return ProcedureCatalogue(found, rule_set)


def _procedures(source: Traversable) -> list[Procedure]:
    rows = content_of(source).get("procedures", [])
    if not isinstance(rows, list) or not rows:
        message = f"{source.name}: there is no [[procedures]]"
        raise InvalidProcedureError(message)
    try:
        return [parse_procedure(row) for row in rows]
    except RulesError as error:
        error.add_note(f"in {source.name}")
        raise
