"""Random things for property tests: small worlds, so that a naive reference can try every packet."""

from __future__ import annotations

from hypothesis import strategies as st

from .estate import Json, security_rule

NEAR = ("10.0.0.0/30", "10.0.0.0/31", "10.0.0.2/32", "10.0.0.3")
"""Within the virtual network of `naive_security`."""
FAR = ("20.0.0.0/30", "20.0.0.1/32", "0.0.0.0/0", "168.63.129.16/32")
TAGS = ("VirtualNetwork", "INTERNET", "AzureLoadBalancer", "*")
OPEN_TAGS = ("Storage", "Sql.westeurope", "Contoso")
"""Whose addresses the code does not know."""


def _one_or_several(values: st.SearchStrategy[str]) -> st.SearchStrategy[str | list[str]]:
    return values | st.lists(values, min_size=1, max_size=3, unique=True)


def security_rules(direction: str, *, with_open_tags: bool = False) -> st.SearchStrategy[list[Json]]:
    """Some rules of one direction as ARM words them, in no order, each with a priority of its own."""
    side = st.sampled_from((*NEAR, *FAR, *TAGS, *(OPEN_TAGS if with_open_tags else ())))
    plain = st.sampled_from((*NEAR, *FAR, *(OPEN_TAGS if with_open_tags else ())))
    sides = side | st.lists(plain, min_size=1, max_size=3, unique=True)
    rule = st.builds(
        security_rule,
        name=st.uuids().map(lambda uuid: f"r-{uuid.hex[:8]}"),
        priority=st.integers(100, 4096),
        access=st.sampled_from(("Allow", "Deny", "ALLOW", "deny")),
        direction=st.just(direction),
        protocol=st.sampled_from(("*", "Tcp", "UDP", "Icmp")),
        source=sides,
        destination=sides,
        ports=_one_or_several(st.sampled_from(("*", "1", "2-3", "3-5"))),
    )
    return st.lists(rule, max_size=6, unique_by=lambda item: item["properties"]["priority"])
