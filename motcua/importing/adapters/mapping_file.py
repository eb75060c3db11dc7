"""Reads a mapping file."""

import tomllib
from pathlib import Path

from motcua.importing.domain.mapping import ImportMapping, MappingError
from motcua.importing.domain.mapping_reading import mapping_of


def read_mapping(file: Path) -> ImportMapping:
    """The checked mapping of a TOML file. Raises MappingError."""
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"không phải TOML: {error}") from error
    return mapping_of(raw)
