"""What a type of `events` declares, read from its class: its wire type, its names, and each field with limits and meaning.

Codec, catalog and published contract follow from here; there is no second list (ADR 0014).
"""

import inspect
import re
import types
from functools import cache
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Meta
from msgspec.structs import fields


class Field(NamedTuple):
    """One field: `type` without `None` and without what annotates it; `metas` from the inside out."""

    name: str
    wire_name: str
    type: Any
    metas: tuple[Meta, ...]
    is_required: bool
    default: Any


class Names(NamedTuple):
    """How an event is called. `form` is the number of the form that goes with it, such as `Mẫu 02`, or empty."""

    en: str
    vi: str
    form: str


_BRACKETS = re.compile(r"\(([^()]+)\)")
_RULE = re.compile(r"[A-Z]+-?\d")
_TITLE = re.compile(r"(?P<en>[^()]+) \((?P<vi>[^()]+?)(?:, (?P<form>Mẫu \d\d))?\)\.")


@cache
def fields_of(struct: Any) -> tuple[Field, ...]:
    """The declared fields in their order; `extra`, which holds what was not declared, is none of them."""
    hints = get_type_hints(struct, include_extras=True)
    found = []
    for one in fields(struct):
        if one.name != "extra":
            inner, metas = plain_type(hints[one.name])
            default = one.default if one.default is not NODEFAULT else None
            found.append(Field(one.name, one.encode_name, inner, metas, one.required, default))
    return tuple(found)


def plain_type(hint: Any) -> tuple[Any, tuple[Meta, ...]]:
    """A type without `None`, and what annotates it."""
    metas: tuple[Meta, ...] = ()
    while True:
        if get_origin(hint) is Annotated:
            metas = (*(one for one in hint.__metadata__ if isinstance(one, Meta)), *metas)
            hint = hint.__origin__
        elif get_origin(hint) in (Union, types.UnionType):
            hint = next(option for option in get_args(hint) if option is not types.NoneType)
        else:
            return hint, metas


def wire_type_of(event_class: type[Any]) -> str:
    """`DossierAccepted` is `dossier-accepted.v1`; a `DossierAcceptedV2` would be `dossier-accepted.v2` (B2)."""
    name, _, version = re.sub(r"V(\d+)$", r"|\1", event_class.__name__).partition("|")
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower() + f".v{version or 1}"


def title_of(event_class: type[Any]) -> str:
    """The first line of the docstring, without its full stop."""
    return _docstring(event_class)[0].removesuffix(".")


def names_of(event_class: type[Any]) -> Names:
    """The event's names in both languages. ValueError when the docstring doesn't begin with them."""
    found = _TITLE.fullmatch(_docstring(event_class)[0])
    if found is None:
        raise ValueError(f"{event_class.__name__}: the docstring begins with no `Name (Tên).`")
    return Names(found["en"], found["vi"], found["form"] or "")


def field_names(event_class: Any) -> dict[str, tuple[str, str]]:
    """What a field is called: in Vietnamese by the word in brackets of its description (else empty), in English by its name."""
    found = {}
    for one in fields_of(event_class):
        said = " ".join(meta.description or "" for meta in reversed(one.metas))
        word = next((word for word in _BRACKETS.findall(said) if not _RULE.search(word)), "")
        found[one.wire_name] = (
            _capital(word),
            _capital(re.sub(r"_(id|at|on|no)$", "", one.wire_name).replace("_", " ")),
        )
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def description_of(event_class: type[Any]) -> str:
    """What the docstring says below its first line, as one line."""
    return " ".join(" ".join(_docstring(event_class)[1:]).split())


def _docstring(event_class: type[Any]) -> list[str]:
    return (inspect.getdoc(event_class) or "").splitlines() or [""]
