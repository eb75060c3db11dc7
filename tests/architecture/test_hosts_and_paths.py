"""Nothing in the project ties it to one machine, one registry or one person's folders."""

import re

import pytest

from tests.architecture.tree import VENDORED, files, text_of

REGISTRIES = (
    "py" + "pi.org", "python" + "hosted", "np" + "mjs", "crates" + ".io", "repo1." + "maven", "repo." + "maven",
    "proxy." + "golang", "deb." + "debian", "archive." + "ubuntu", "index-" + "url =", "regis" + "try.docker",
)  # fmt: skip
MACHINE_PATHS = re.compile(r"(?<![\w./*-])/(work|root|home/\w+|Users/\w+|var/folders|mnt/\w+)/")
LOCKS = ("requirements/dev.lock", "requirements/runtime.lock")


def test_no_file_names_a_registry() -> None:
    named = {
        name: found
        for name in files()
        if not name.startswith(VENDORED) and (found := [host for host in REGISTRIES if host in text_of(name).lower()])
    }
    assert named == {}


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    named = {
        name: found.group()
        for name in files()
        if not name.startswith(VENDORED) and (found := MACHINE_PATHS.search(text_of(name)))
    }
    assert named == {}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_package_by_hash_and_names_no_address(lock: str) -> None:
    text = text_of(lock)
    assert "://" not in text
    assert "--index-url" not in text
    pins = re.findall(r"^[a-z0-9][\w.-]*==\S+", text, flags=re.MULTILINE)
    assert len(pins) > 20
    assert len(re.findall(r"^[a-z0-9][\w.-]*==[^\n]* \\\n +--hash=sha256:", text, flags=re.MULTILINE)) == len(pins)
