"""Which requests are one and the same to a cassette."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aks_audit.collectors.cassettes.key import key_of

QUERY = "https://arm/providers/Microsoft.ResourceGraph/resources?api-version=1"
NAMES = st.lists(st.uuids().map(str), max_size=4)


def body(**words: Any) -> bytes:
    return json.dumps({"query": "resources", "options": {"$top": 1000}, **words}).encode()


@given(NAMES, st.randoms())
def test_the_order_of_subscriptions_and_keys_does_not_count(names: list[str], chance: Any) -> None:
    shuffled = [name.upper() for name in names]
    chance.shuffle(shuffled)
    turned = json.dumps({"subscriptions": shuffled, "options": {"$top": 1000}, "query": "resources"}).encode()
    assert key_of("POST", QUERY, body(subscriptions=names)) == key_of("post", QUERY, turned)


@pytest.mark.parametrize(
    "other", [{"query": "other"}, {"options": {"$top": 10}}, {"options": {"$top": 1000, "$skipToken": "x"}}]
)
def test_two_queries_are_two(other: dict[str, Any]) -> None:
    assert key_of("POST", QUERY, body()) != key_of("POST", QUERY, body(**other))


@pytest.mark.parametrize(
    "asked", [b"", b"{", b"[1]", b"\xff", b'{"subscriptions": {"a": [1]}}', b'{"subscriptions": [1, null]}']
)
def test_any_body_has_a_key(asked: bytes) -> None:
    assert key_of("POST", QUERY, asked) == key_of("POST", QUERY, asked)


def test_the_body_of_anything_but_a_query_does_not_count() -> None:
    assert key_of("GET", "https://arm/x?a=1", b"{}") == key_of("GET", "https://arm/X/?a=1")
