"""Wrong passwords slow a caller down, never the writer, and never fill the memory."""

from __future__ import annotations

import pytest

from chdb_front.errors import QueryError
from chdb_front.users import Limits, User, Users
from chdb_front.wrong_passwords import (
    FREE_FAILURES,
    LONGEST_WAIT_SECONDS,
    MOST_CALLERS,
    WrongPasswords,
    network_of,
)

CALLER = ("reader", "192.0.2.1")


def _users() -> Users:
    reader = User(name="reader", password="right", limits=Limits(), database="shop")
    return Users((User(name="default", password="writes"), reader))


def _code(users: Users, user: str, password: str, address: str, now: float) -> int:
    refused = None
    try:
        users.authenticate({}, {"user": user, "password": password}, address=address, now=now)
    except QueryError as error:
        refused = error
    assert refused is None or (refused.retry_after_seconds > 0) is (refused.code == 202)
    return 0 if refused is None else refused.code


def test_a_few_failures_are_free_and_each_further_one_doubles_the_wait() -> None:
    wrong = WrongPasswords()
    waits = []
    for _ in range(FREE_FAILURES + 9):
        wrong.failed(CALLER, 0.0)
        waits.append(wrong.wait_seconds(CALLER, 0.0))
    assert waits[:FREE_FAILURES] == [0.0] * FREE_FAILURES
    assert waits[FREE_FAILURES : FREE_FAILURES + 3] == [0.5, 1.0, 2.0]
    assert waits[-1] == LONGEST_WAIT_SECONDS
    assert wrong.wait_seconds(CALLER, LONGEST_WAIT_SECONDS) == 0.0
    assert wrong.wait_seconds(("reader", "192.0.2.2"), 0.0) == 0.0


def test_failures_are_forgotten_after_a_while_and_forgiven_by_the_right_password() -> None:
    wrong = WrongPasswords()
    for _ in range(FREE_FAILURES):
        wrong.failed(CALLER, 0.0)
    wrong.failed(CALLER, 700.0)
    assert wrong.wait_seconds(CALLER, 700.0) == 0.0
    for _ in range(FREE_FAILURES):
        wrong.failed(CALLER, 700.0)
    assert wrong.wait_seconds(CALLER, 700.0) > 0
    wrong.succeeded(CALLER)
    assert wrong.wait_seconds(CALLER, 700.0) == 0.0
    assert wrong.is_known(CALLER)


def test_so_many_callers_are_remembered_and_no_more() -> None:
    wrong = WrongPasswords()
    for number in range(MOST_CALLERS + 10):
        for _ in range(FREE_FAILURES + 1):
            wrong.failed(("reader", str(number)), 0.0)
    assert wrong.wait_seconds(("reader", "0"), 0.0) == 0.0
    assert wrong.wait_seconds(("reader", str(MOST_CALLERS + 9)), 0.0) > 0


@pytest.mark.parametrize(
    ("address", "network"),
    [("127.0.0.1", "127.0.0.1"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("", ""), ("unix:", "unix:")],
)
def test_an_address_of_ipv6_counts_with_its_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_who_guesses_the_readers_password_is_not_listened_to_even_when_right() -> None:
    users = _users()
    for _ in range(FREE_FAILURES + 1):
        assert _code(users, "reader", "guess", "192.0.2.1", 0.0) == 516
    assert _code(users, "reader", "guess", "192.0.2.1", 0.1) == 202
    assert _code(users, "reader", "right", "192.0.2.1", 0.1) == 202
    assert _code(users, "reader", "right", "192.0.2.2", 0.1) == 0
    assert _code(users, "reader", "right", "192.0.2.1", 1.0) == 0


def test_neither_the_writer_nor_a_reader_who_came_in_before_is_locked_out() -> None:
    users = _users()
    assert _code(users, "reader", "right", "127.0.0.1", 0.0) == 0
    for user in ("default", "reader"):
        for number in range(FREE_FAILURES + 3):
            assert _code(users, user, "guess", "127.0.0.1", float(number) * 100) == 516
    assert _code(users, "default", "writes", "127.0.0.1", 700.0) == 0
    assert _code(users, "reader", "right", "127.0.0.1", 700.0) == 0


def test_names_that_nobody_has_count_as_one() -> None:
    users = _users()
    codes = [_code(users, f"name{number}", "x", "192.0.2.1", 0.0) for number in range(FREE_FAILURES + 3)]
    assert codes == [516] * (FREE_FAILURES + 1) + [202] * 2
