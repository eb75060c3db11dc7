"""External tables of a multipart request. In: the form. Out: ExternalTable values; other fields join the options.

Names and structures become part of a CREATE TEMPORARY TABLE, so they are checked to be nothing but names and types.
"""

from __future__ import annotations

import re

from aiohttp import web

from chdb_front.errors import BAD_ARGUMENTS, refused
from chdb_front.sql_text import Kind, tokens
from chdb_front.statement import ExternalTable

_NAME = re.compile(r"[A-Za-z_]\w*\Z")
_NOT_A_TYPE = {
    b"DEFAULT",
    b"MATERIALIZED",
    b"ALIAS",
    b"EPHEMERAL",
    b"CONSTRAINT",
    b"INDEX",
    b"PROJECTION",
    b"TTL",
    b"ENGINE",
}


async def external_tables(request: web.Request, options: dict[str, str]) -> tuple[ExternalTable, ...]:
    """Reads the form; `options` gains its plain fields. Raises QueryError for a name or structure that isn't one."""
    tables: list[ExternalTable] = []
    files: dict[str, bytes] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = value.file.read()
        else:
            options[name] = value if isinstance(value, str) else bytes(value).decode()
    for name, data in files.items():
        structure = options.pop(f"{name}_structure", None) or _from_types(options.pop(f"{name}_types", ""))
        data_format = options.pop(f"{name}_format", "TabSeparated")
        if not _NAME.match(name) or not data_format.isalnum():
            raise refused(BAD_ARGUMENTS, f"External table {name!r}: bad name or format")
        _check_structure(name, structure)
        tables.append(ExternalTable(name=name, structure=structure, data_format=data_format, data=data))
    return tuple(tables)


def _from_types(types: str) -> str:
    return ", ".join(f"_{place} {type_name}" for place, type_name in enumerate(types.split(","), start=1) if type_name)


def _check_structure(name: str, structure: str) -> None:
    if not structure.strip():
        raise refused(BAD_ARGUMENTS, f"External table {name!r} needs {name}_structure or {name}_types")
    if not is_plain_structure(structure):
        raise refused(BAD_ARGUMENTS, f"External table {name!r}: the structure may hold names and types only")


def is_plain_structure(structure: str) -> bool:
    """True if the text holds names and types only: a DEFAULT or an ALIAS would be SQL that is run."""
    depth = 0
    for token in tokens(structure.encode()):
        if token.kind is Kind.SIGN:
            depth += (token.text == b"(") - (token.text == b")")
        if depth < 0 or token.text == b";" or token.upper in _NOT_A_TYPE:
            return False
    return True
