"""OpenAPI of the page: the part written by hand, with the parameters and figures as they are declared. Pure.

What is asked is declared in `services/page/domain/parameters.py`, what is counted in the catalogue of figures, the columns of a
CSV in `services/page/domain/csv_tables.py`; the part by hand names them by `x-asks`, `x-figures` and `x-csv`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from events.published_schema import Schema
from services.page.domain import csv_tables, parameters
from services.page.domain.csv_tables import Column
from services.page.domain.parameters import Choice, Day, Number, Parameter
from services.stats.questions import FIGURES, TREND, Figure, Rate

FORMAT: Final = ".{format}"
ASKED: Final[Mapping[str, Sequence[Parameter]]] = {
    "question": parameters.QUESTION,
    "figure": (parameters.FIGURE,),
    "order": parameters.ORDER,
    "window": parameters.WINDOW,
}
_ONLY_JSON = "window"
_COLUMNS: Final[Mapping[str, Sequence[Column]]] = {
    "FIGURES": csv_tables.FIGURES,
    "TREND": csv_tables.TREND,
    "DOSSIERS": csv_tables.DOSSIERS,
    "EVENTS": csv_tables.EVENTS,
    "UNITS": csv_tables.UNITS,
}
_SHOWN: Final[Mapping[str, Sequence[Figure]]] = {"ALL": FIGURES, "TREND": TREND}
_RESPONSES = "#/components/responses/"


def page_openapi(by_hand: Schema, lists: Mapping[str, Sequence[str]]) -> Schema:
    """The whole document; `lists` are words of the page's own, by the name under which the part by hand refers to them."""
    components = by_hand["components"]
    own = {name: _with_figures(schema) for name, schema in components["schemas"].items()}
    asked = {of.name: _parameter(of) for group in ASKED.values() for of in group}
    paths = {
        path: {"get": one} for path, item in by_hand["paths"].items() for path, one in _operations(path, item["get"])
    }
    return by_hand | {
        "paths": paths,
        "components": components
        | {
            "parameters": asked | components["parameters"],
            "schemas": own | {name: {"enum": list(words)} for name, words in lists.items()},
        },
    }


def _operations(path: str, operation: Schema) -> Iterator[tuple[str, Schema]]:
    groups = operation.get("x-asks", [])
    if not path.startswith("/api/") or path.endswith(".yaml"):
        yield path, _plain(operation)
        return
    yield path.replace(FORMAT, ".json"), _asked(operation, groups)
    if path.endswith(FORMAT):
        names = ", ".join(f"`{name}`" for name, _ in _COLUMNS[operation["x-csv"]])
        told = {
            "operationId": f"{operation['operationId']}Csv",
            "summary": f"{operation['summary']}, as CSV",
            "responses": {
                "200": {
                    "description": f"UTF-8 with a byte order mark, CRLF; headings in the language asked for, of {names}.",
                    "content": {"text/csv": {"schema": {"type": "string"}}},
                }
            },
        }
        yield path.replace(FORMAT, ".csv"), _asked(operation | told, [one for one in groups if one != _ONLY_JSON])


def _asked(operation: Schema, groups: Iterable[str]) -> Schema:
    """An operation with its parameters, the age of its answer, and the answers that every part may give."""
    pointers = [_pointer("parameters", one.name) for group in groups for one in ASKED[group]]
    always = [_pointer("parameters", name) for name in ("lang", "acceptLanguage")]
    good = operation["responses"]["200"]
    if operation["operationId"] != "readMeta":
        good = good | {"headers": {"Age": _pointer("headers", "age")}}
    responses = {"200": good, "400": {"$ref": f"{_RESPONSES}wrong"}}
    if "x-may-miss" in operation:
        responses["404"] = {"$ref": f"{_RESPONSES}missing"}
    responses |= {"421": {"$ref": f"{_RESPONSES}elsewhere"}, "503": {"$ref": f"{_RESPONSES}tryAgain"}}
    given = operation.get("parameters", []) + pointers + always
    return _plain(operation | {"parameters": given, "responses": responses})


def _plain(operation: Schema) -> Schema:
    responses = {"421": {"$ref": f"{_RESPONSES}elsewhere"}, "400": {"$ref": f"{_RESPONSES}wrong"}}
    kept = {key: value for key, value in operation.items() if not key.startswith("x-")}
    return kept | {"responses": dict(sorted((responses | operation["responses"]).items()))}


def _pointer(section: str, name: str) -> Schema:
    return {"$ref": f"#/components/{section}/{name}"}


def _parameter(of: Parameter) -> Schema:
    schema: dict[str, Any]
    match of:
        case Number():
            schema = {"type": "integer", "minimum": of.least, "maximum": of.most, "default": of.if_missing}
        case Choice():
            schema = {"enum": list(of.allowed)} | ({"default": of.if_missing} if of.if_missing else {})
        case Day():
            schema = {"type": "string", "format": "date"}
    return {"name": of.name, "in": "query", "required": False, "description": of.says, "schema": schema}


def _with_figures(schema: Schema) -> Schema:
    """A schema with the figures that it says it has."""
    shown = _SHOWN.get(schema.get("x-figures", ""))
    if shown is None:
        return schema
    figures = {
        one.id: _pointer("schemas", "share" if isinstance(one, Rate) else "count")
        | {"description": f"{one.en} ({one.vi}): {one.definition}"}
        for one in shown
    }
    kept = {key: value for key, value in schema.items() if key != "x-figures"}
    return kept | {
        "required": [*schema.get("required", []), *figures],
        "properties": schema.get("properties", {}) | figures,
    }
