"""An id that follows from a name is the UUIDv5 that everybody else would work out."""

from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from events.named_ids import ids_in


@pytest.mark.parametrize("namespace", [NAMESPACE_URL, UUID(int=0), UUID(int=2**128 - 1)])
def test_it_is_what_the_standard_library_says(namespace: UUID) -> None:
    id_of = ids_in(namespace)
    for number in range(300):
        name = f"H38.{number}|Thụ lý|{number * 7919:x}"
        assert id_of(name) == str(uuid5(namespace, name))
