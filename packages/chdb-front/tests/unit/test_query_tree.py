"""The engine's tree in JSON: what is found in it, how large it may be, and what its size costs."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from chdb_front.errors import QueryError
from chdb_front.query_tree import MOST_NODES, nodes, tree_of

SELECT = b"""{"type":"SelectQuery","select":{"type":"ExpressionList","children":[%s]},"where":{"type":"Function","name":"in",
"arguments":{"type":"ExpressionList","children":[{"type":"Identifier","name":"n"},{"type":"Identifier","name":"shop.t",
"name_parts":["shop","t"]}]}}}"""
LITERAL = b'{"type":"Literal","value":{"field_type":"Tuple","value":[%s]}}'


def test_a_node_knows_the_field_and_the_place_it_stands_in() -> None:
    found = list(nodes(tree_of(SELECT % b'{"type":"Asterisk"}')))
    second = next(node for node in found if node.fields.get("name") == "shop.t")
    assert (second.type, second.key, second.place) == ("Identifier", "children", 1)
    assert second.parent is not None
    assert second.parent.key == "arguments"
    assert second.parent.parent is not None
    assert second.parent.parent.fields["name"] == "in"
    assert {node.type for node in found} == {"SelectQuery", "ExpressionList", "Asterisk", "Function", "Identifier"}


def test_of_a_long_list_of_literals_the_first_is_kept() -> None:
    values = b",".join(
        b'{"field_type":"%s","value":%s}' % pair
        for pair in (
            (b"UInt64", b"1"),
            (b"String", b'"a\\",{b"'),
            (b"Int64", b"-2"),
            (b"Tuple", b"[]"),
            (b"Float64", b"1.5e10"),
        )
    )
    literal = next(nodes(tree_of(LITERAL % values)))
    assert literal.fields["value"]["value"] == [
        {"field_type": "UInt64", "value": 1},
        {"field_type": "Tuple", "value": []},
    ]


def test_a_value_is_never_taken_for_a_node() -> None:
    text = LITERAL % rb'{"field_type":"String","value":"{\"type\":\"Identifier\",\"name\":\"x\"}"}'
    assert [node.type for node in nodes(tree_of(text))] == ["Literal"]


def test_too_many_elements_and_too_deep_ones_are_refused_with_the_engines_codes() -> None:
    asterisks = b",".join([b'{"type":"Asterisk"}'] * (MOST_NODES + 1))
    with pytest.raises(QueryError) as caught:
        tree_of(SELECT % asterisks)
    assert caught.value.code == 168
    deep = b'{"type":"Subquery","children":[' * 2000 + b"]}" * 2000
    with pytest.raises(QueryError) as caught:
        tree_of(deep)
    assert caught.value.code == 167


@pytest.mark.parametrize("one", [b'{"type":"Asterisk"}', LITERAL % b'{"field_type":"UInt64","value":1}'])
def test_twice_the_tree_takes_twice_the_time(one: bytes) -> None:
    seconds = {}
    for count in (2_000, 4_000):
        text = SELECT % b",".join([one] * count)
        seconds[count] = min(_seconds(text) for _ in range(3))
    assert seconds[4_000] <= 2.6 * seconds[2_000] + 0.0005


def test_a_list_of_a_hundred_thousand_keys_costs_no_more_memory_than_its_text() -> None:
    text = LITERAL % b",".join([b'{"field_type":"UInt64","value":123456}'] * 100_000)
    tracemalloc.start()
    assert sum(1 for _ in nodes(tree_of(text))) == 1
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < len(text)


def _seconds(text: bytes) -> float:
    began = time.process_time()
    for _ in nodes(tree_of(text)):
        pass
    return time.process_time() - began
