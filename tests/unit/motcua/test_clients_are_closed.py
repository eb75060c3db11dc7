"""Who looks at a broker that isn't there leaves no client open: it is asked again and again until the broker is back."""

import gc
from collections.abc import Awaitable, Callable

import pytest
from aiokafka.errors import KafkaConnectionError

from motcua.kafka_reading import group_lags
from motcua.output import CommandError
from services.intake.adapters.kafka_tail import last_published

NOBODY = "127.0.0.1:1"


@pytest.mark.filterwarnings("error::ResourceWarning", "error::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("look", [last_published, group_lags])
async def test_a_look_at_a_broker_that_is_away_leaves_no_client_open(look: Callable[[str], Awaitable[object]]) -> None:
    with pytest.raises((KafkaConnectionError, CommandError)):
        await look(NOBODY)
    gc.collect()  # a client that was left open says so when it is collected
