"""YAML as the contract is written: read without a doubled key, written so that people can read it."""

from typing import Any

import yaml

WIDTH = 120


class DoubledKeyError(ValueError):
    """A mapping has one key twice; YAML forbids it, and PyYAML alone would keep the last one in silence."""


class _Reader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  # PyYAML's
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        doubled = sorted({key for key in keys if keys.count(key) > 1})
        if doubled:
            raise DoubledKeyError(
                f"line {node.start_mark.line + 1}: {', '.join(doubled)} more than once in one mapping"
            )
        return super().construct_mapping(node, deep)


class _Writer(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # PyYAML's
        """Write a value out wherever it stands: whoever reads the file need not look for its anchor."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  # PyYAML's
        """Set lists in by two spaces, as people do."""
        super().increase_indent(flow, indentless=False)


def _text(writer: yaml.SafeDumper, text: str) -> yaml.Node:
    is_long = len(text) > WIDTH * 2 // 3 and " " in text
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=">" if is_long else None)


def _list(writer: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    """A list of words in one line, when it fits there."""
    is_short = all(isinstance(one, str | int) for one in items) and sum(len(str(one)) + 2 for one in items) < WIDTH // 2
    return writer.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=is_short)


_Writer.add_representer(str, _text)
_Writer.add_representer(list, _list)


def read_yaml(text: str) -> Any:
    """What a YAML text says. DoubledKeyError when a mapping has one key twice."""
    return yaml.load(text, _Reader)  # noqa: S506  # a SafeLoader


def write_yaml(value: Any) -> str:
    """A value as YAML, keys in their order, each line a sentence's width."""
    return yaml.dump(value, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=WIDTH)
