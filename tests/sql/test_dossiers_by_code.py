"""A dossier is found by its code however it is written there and here; nothing else is found."""

import asyncio
import unicodedata
from datetime import UTC, datetime

import pytest
from clickhouse_connect.driver.client import Client
from msgspec.structs import replace

from services.stats.questions import codes_asked, dossiers_meant, rows_of
from tests.sql.loading import load
from tests.unit.stats.dossiers import Dossier

CODES = [
    "H38.14.02-260302-0412",
    "h38.14.02\u2013260302\u20130413",
    unicodedata.normalize("NFD", "HS-Đắk Lắk-Ứng-001"),
    "Ｈ３８－１／\u200b２０２６",
    "H381402-260302-0412",
]


def dossier_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


@pytest.fixture(scope="module")
def loaded(client: Client) -> Client:
    events = []
    for number, code in enumerate(CODES):
        made = Dossier(dossier_id(number)).accepted(datetime(2026, 3, 2, 2, tzinfo=UTC))
        events += [replace(one, envelope=replace(one.envelope, dossier_code=code)) for one in made.events]
    asyncio.run(load(client, events))
    return client


def meant(client: Client, written: str) -> list[str]:
    return dossiers_meant(written, rows_of(client, "dossiers_by_code", codes_asked(written)))


@pytest.mark.parametrize(
    ("written", "number"),
    [
        *[(code, number) for number, code in enumerate(CODES)],
        (" h38.14.02-260302-0412\u200b", 0),
        ("H38.14.02-260302-0413", 1),
        ("hs-đắk lắk-ứng-001", 2),
        ("h38-1/2026", 3),
        (dossier_id(4).upper(), 4),
    ],
)
def test_it_is_found(loaded: Client, written: str, number: int) -> None:
    assert meant(loaded, written) == [dossier_id(number)]


@pytest.mark.parametrize("written", ["H38.14.02-260302-041", "H38", "", "% _'\\\\", "ĐẮKLẮK"])
def test_nothing_else_is_found(loaded: Client, written: str) -> None:
    assert meant(loaded, written) == []
