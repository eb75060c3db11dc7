"""Reads all that the simulation takes from the real world: units, successions, procedures, the rulebook and its catalogue."""

from demo.reference import load_procedures, load_successions, load_units
from demo.simulation import Reference
from rules.book import procedure_files
from rules.book.rulebook_files import load_rulebook


def load_reference() -> Reference:
    """What `simulate` needs. Raises ReferenceDataError or RulesError where a file can't be read."""
    rulebook = load_rulebook()
    return Reference(
        units=load_units(),
        successions=load_successions(),
        procedures=load_procedures(),
        rulebook=rulebook,
        catalogue=procedure_files.load_procedures(rulebook.default_rule_set),
    )
