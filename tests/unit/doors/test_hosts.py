"""Only names of ours are answered: who lets his own name point to us says that name."""

import pytest

from services.doors.hosts import hosts_of, is_answered

OURS = hosts_of(" mot-cua.laocai.gov.vn , Intake-1,", "127.0.0.1")


@pytest.mark.parametrize(
    "host",
    [
        None, "localhost", "localhost:8480", "LOCALHOST", "localhost.", "127.0.0.1", "127.0.0.1:8480", "[::1]:8480", "[::1]",
        "10.1.2.3:8480", "mot-cua.laocai.gov.vn", "Mot-Cua.LaoCai.gov.vn:443", "intake-1",
    ],
)  # fmt: skip
def test_a_name_of_ours_or_an_address_is_answered(host: str | None) -> None:
    assert is_answered(host, OURS)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8480", "localhost.evil.example", "127.0.0.1.evil.example", "mot-cua", "", ":8480", "1.2.3",
     "[evil.example]", "localhost@evil.example", "a:b:c"],
)  # fmt: skip
def test_any_other_name_is_not(host: str) -> None:
    assert not is_answered(host, OURS)


def test_the_name_on_which_a_door_listens_is_one_of_ours() -> None:
    assert is_answered("intake-2:8480", hosts_of("", "intake-2"))
    assert not is_answered("intake-2:8480", hosts_of("", "0.0.0.0"))
