"""Names that no other test uses on the run's broker, and folders for brokers of a test's own."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Directory for a broker of the test's own."""
    return tmp_path / "kafka"


@pytest.fixture
def name() -> str:
    """A name for topics, groups and transactional ids."""
    return f"t-{uuid.uuid4().hex[:8]}"
