"""The page's files: complete, light, without markup made from data, without a foreign address."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest

from services.page.adapters.http_app import SECURITY_HEADERS
from services.page.adapters.static_files import read_static_files

STATIC = Path(__file__).parents[3] / "services" / "page" / "static"
SCRIPTS = sorted((STATIC / "js").rglob("*.js"))
OURS = [*SCRIPTS, *sorted((STATIC / "css").glob("*.css")), STATIC / "index.html"]
FIRST_VIEW_BYTES = 300_000


def test_the_first_view_is_lighter_than_its_limit():
    stored = read_static_files()
    first = [name for name in stored if not name.endswith((".txt", ".md", "en.json"))]
    sent = sum(len(stored[name].compressed or stored[name].content) for name in first)
    assert 100_000 < sent < FIRST_VIEW_BYTES


def test_compressed_files_hold_the_same_bytes():
    for file in read_static_files().values():
        if file.compressed is not None:
            assert gzip.decompress(file.compressed) == file.content


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_script_writes_markup_from_text_or_runs_text(script):
    text = script.read_text("utf-8")
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "DOMParser",
        "javascript:",
    ):
        assert forbidden not in text
    assert len(text.splitlines()) <= 150


@pytest.mark.parametrize("file", OURS, ids=lambda path: path.name)
def test_nothing_is_loaded_from_elsewhere_and_nothing_is_inline(file):
    text = file.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    assert "http://" not in text
    assert "https://" not in text
    if file.suffix == ".html":
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", text)


def test_vendored_files_are_those_that_the_readme_names():
    table = (STATIC / "vendor" / "README.md").read_text("utf-8")
    named = re.findall(r"\| `([^`]+)` \|.*`([^`]+LICENSE[^`]*)` \| `([0-9a-f]{64})` \|", table)
    assert {name for name, _, _ in named} == {"chart.umd.min.js", "inter-latin.woff2", "inter-vietnamese.woff2"}
    for name, licence, digest in named:
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest
        assert (STATIC / "vendor" / licence).stat().st_size > 500


def test_the_policy_allows_own_scripts_only():
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "data:" not in policy
