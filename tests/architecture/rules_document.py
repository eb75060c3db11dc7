"""The rules as their chapters tell them (docs/rules/*.md), and the contents page that is made of them (docs/rules.md).

A rule is a heading of the third level, its text in bold, and two paragraphs, `Code:` and `Tests:`, of links to functions by name.
`make generated` runs it as a program; then it writes the contents page.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from tests.architecture.tree import ROOT, text_of

INDEX = "docs/rules.md"
TABLE_HEAD = "| rule | text | functions | tests |\n|---|---|---|---|\n"
REASONS = (
    "decided, follows with the next change",
    "needs events that are not in the catalogue yet",
    "needs a figure or report that is not built yet",
)
"""Why a rule, or a part of one, may be without code."""

_LINK = re.compile(r"\[`(\w+)`\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^(#{2,3}) (.+)$", flags=re.MULTILINE)
_UP = "../../"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A function, class, view or test, and the file in which it is said to stand (relative to the root)."""

    name: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule as its chapter tells it; `reasons` say why code is missing, wholly or in part."""

    rule_id: str
    chapter: str
    line: int
    text: str
    functions: tuple[Named, ...]
    tests: tuple[Named, ...]
    reasons: tuple[str, ...]
    has_code_line: bool
    has_tests_line: bool

    @property
    def place(self) -> str:
        """Where to look when something is wrong with it."""
        return f"{self.chapter}:{self.line} {self.rule_id}"


def chapters() -> tuple[str, ...]:
    """The files of the chapters, in the order in which the contents page names them."""
    named = re.findall(r"^\| \[[^\]]+\]\((rules/[\w-]+\.md)\)", text_of(INDEX), flags=re.MULTILINE)
    return tuple(f"docs/{name}" for name in dict.fromkeys(named))


def rules() -> tuple[Rule, ...]:
    """Every rule of every chapter, in order."""
    return tuple(rule for chapter in chapters() for rule in _rules_of(chapter))


def contents() -> str:
    """The table of the contents page as it follows from the chapters."""
    return TABLE_HEAD + "".join(_row(rule) for rule in rules())


def _rules_of(chapter: str) -> list[Rule]:
    text = text_of(chapter)
    headings = list(_HEADING.finditer(text))
    ends = [one.start() for one in headings[1:]] + [len(text)]
    return [
        _rule(chapter, text.count("\n", 0, one.start()) + 1, one.group(2), text[one.end() : end])
        for one, end in zip(headings, ends, strict=True)
        if one.group(1) == "###"
    ]


def _rule(chapter: str, line: int, rule_id: str, body: str) -> Rule:
    stated = re.match(r"\s*\*\*(.+?)\*\*\n", body, flags=re.DOTALL)
    code, tests = _paragraph(body, "Code"), _paragraph(body, "Tests")
    return Rule(
        rule_id=rule_id,
        chapter=chapter,
        line=line,
        text=" ".join(stated.group(1).split()) if stated else "",
        functions=_named(code),
        tests=_named(tests),
        reasons=tuple(re.findall(r"not built yet \(([^)]*)\)", " ".join(code.split()))),
        has_code_line=bool(code),
        has_tests_line=bool(tests),
    )


def _paragraph(body: str, label: str) -> str:
    found = re.search(rf"^{label}: (.+?)(?=\n(?:Code|Tests): |\n\n|\Z)", body, flags=re.MULTILINE | re.DOTALL)
    return found.group(1) if found else ""


def _named(paragraph: str) -> tuple[Named, ...]:
    return tuple(Named(name=name, path=target.removeprefix(_UP)) for name, target in _LINK.findall(paragraph))


def _row(rule: Rule) -> str:
    anchor = re.sub(r"[^\w\- ]", "", rule.rule_id.lower()).replace(" ", "-")
    chapter = f"rules/{PurePosixPath(rule.chapter).name}"
    functions = [_link(one) for one in rule.functions] + [f"not built yet: {reason}" for reason in rule.reasons]
    cells = (
        f"[{rule.rule_id}]({chapter}#{anchor})",
        rule.text.replace("|", "\\|"),
        ", ".join(functions),
        ", ".join(map(_link, rule.tests)) or "–",
    )
    return f"| {' | '.join(cells)} |\n"


def _link(one: Named) -> str:
    return f"[`{one.name}`](../{one.path})"


def main() -> None:
    """Write the contents page anew."""
    before, head, _ = text_of(INDEX).partition(TABLE_HEAD)
    if not head:
        raise SystemExit(f"{INDEX} has no table with the heading {TABLE_HEAD!r}")
    (ROOT / INDEX).write_text(before + contents(), encoding="utf-8")


if __name__ == "__main__":
    main()
