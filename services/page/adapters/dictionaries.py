"""The texts of the page, shared with the browser: one JSON file per language, and the names that stand in declarations.

Those are the names of figures (`figure.<id>`), events (`event.<name>`), clocks (`explain.clock.<kind>`), and of fields of events
(`field.<name>`) that the file calls nothing else.

Vietnamese unless another is asked.
"""

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import get_args

from events.catalog import CLASS_BY_TYPE
from events.deadline_data import CLOCK_NAMES
from events.declaration import field_names, names_of
from services.stats.questions import FIGURES, Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
_PLACE = re.compile(r"\{(\w+)\}")


class Dictionary:
    """The texts of one language."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def __call__(self, key: str, /, **places: object) -> str:
        """The text of a key with its {places} filled; a missing key shows itself, so that it is noticed."""
        text = self._texts.get(key, key)
        return _PLACE.sub(lambda found: str(places.get(found[1], found[0])), text)


def read_texts(language: Language) -> dict[str, str]:
    """Every text of a language by its key."""
    file = files("services.page") / "static" / "i18n" / f"{language}.json"
    own: dict[str, str] = json.loads(file.read_text("utf-8"))
    return declared_texts(language) | own


def declared_texts(language: Language) -> dict[str, str]:
    """The texts that follow from the declarations of figures, clocks and events; the language's file goes before them."""
    nth = LANGUAGES.index(language)
    texts = {f"figure.{one.id}": one.name(language) for one in FIGURES}
    texts |= {f"explain.clock.{kind}": names[nth] for kind, names in CLOCK_NAMES.items()}
    for event_type, event_class in CLASS_BY_TYPE.items():
        texts[f"event.{event_type.rpartition('.')[0]}"] = getattr(names_of(event_class), language)
        texts |= {f"field.{name}": names[nth] for name, names in field_names(event_class).items() if names[nth]}
    return texts


def load_dictionaries() -> dict[str, Dictionary]:
    """All dictionaries by language."""
    return {language: Dictionary(read_texts(language)) for language in LANGUAGES}


def wanted_language(asked: str | None, accepted: str) -> str:
    """?lang= first, then Accept-Language in its order, then Vietnamese."""
    if asked in LANGUAGES:
        return asked
    for part in accepted.split(","):
        name = part.split(";")[0].strip()[:2].lower()
        if name in LANGUAGES:
            return name
    return "vi"
