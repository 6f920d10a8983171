from __future__ import annotations

from ipaddress import ip_network
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from aks_audit.analysis.intervals import (
    ADDRESSES,
    EVERYWHERE,
    IPV4,
    UNNUMBERED,
    Intervals,
    as_prefixes,
    difference,
    intersection,
    is_within,
    of_networks,
    union,
)

RANGES = st.tuples(st.integers(0, 20), st.integers(0, 6)).map(lambda pair: (pair[0], pair[0] + pair[1]))
SETS = st.lists(RANGES, max_size=5).map(union)


def numbers(ranges: Intervals) -> set[int]:
    return {number for first, last in ranges for number in range(first, last + 1)}


@given(st.lists(RANGES, max_size=5), st.lists(RANGES, max_size=5))
def test_a_union_holds_what_either_holds_in_order_and_apart(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    both = union(one, other)
    assert numbers(both) == numbers(tuple(one)) | numbers(tuple(other))
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(both))


@given(SETS, SETS)
def test_intersection_and_difference_agree_with_sets_of_numbers(one: Intervals, other: Intervals) -> None:
    common, rest = intersection(one, other), difference(one, other)
    assert numbers(common) == numbers(one) & numbers(other)
    assert numbers(rest) == numbers(one) - numbers(other)
    assert common == union(common)
    assert rest == union(rest)
    assert is_within(one, other) == (numbers(one) <= numbers(other))


def test_both_families_stand_on_one_line() -> None:
    assert of_networks([ip_network("0.0.0.0/0")]) == IPV4 == ((0, 2**32 - 1),)
    assert of_networks([ip_network("0.0.0.0/0"), ip_network("::/0")]) == ADDRESSES
    assert of_networks([ip_network("::/128")]) == ((2**32, 2**32),)
    assert union(ADDRESSES, UNNUMBERED) == EVERYWHERE
    assert intersection(ADDRESSES, UNNUMBERED) == ()


def test_prefixes_come_back() -> None:
    texts = ["10.0.0.0/24", "10.0.2.0/31", "fd00::/64", "fd00:0:0:2::1/128"]
    assert as_prefixes(of_networks(map(ip_network, texts))) == texts
    assert as_prefixes(UNNUMBERED) == []
