"""Read the TOML files of a folder; the only place of `rules` that touches a disk."""

import tomllib
from importlib.resources.abc import Traversable
from typing import Any

from rules.errors import RulesError

Content = dict[str, Any]


def toml_files(folder: Traversable) -> list[Traversable]:
    """Give the TOML files of a folder by name. Raises OSError if it can't be read."""
    return sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def content_of(source: Traversable) -> Content:
    """Read one file.

    Raises:
        RulesError: it is not TOML; the message names the file.
        OSError: it can't be read.
    """
    try:
        return tomllib.loads(source.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{source.name} is not readable TOML: {error}"
        raise RulesError(message) from error
