"""The fake store earns its trust: it passes the suite of the real ones."""

import pytest

from tests.fakes.in_memory_store import InMemoryStore
from tests.integration.intake.store_contract import StoreContract


class TestInMemoryStore(StoreContract):
    """The store in memory. It has one connection, and its two writers take turns."""

    @pytest.fixture
    def second(self, store: InMemoryStore) -> InMemoryStore:
        return store
