"""Sets of whole numbers as ranges: addresses of both families on one line, ports, protocols."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, summarize_address_range
from typing import Final

from ..model.arm import IpNetwork

Intervals = tuple[tuple[int, int], ...]
"""Ranges with both ends included: sorted, apart from each other, and none of them touching the next."""

NOTHING: Final[Intervals] = ()
_IPV6: Final = 1 << 32
"""IPv4 addresses are the first numbers of the line; those of IPv6 follow."""
_END: Final = _IPV6 + (1 << 128)
IPV4: Final[Intervals] = ((0, _IPV6 - 1),)
ADDRESSES: Final[Intervals] = ((0, _END - 1),)
"""Every address of both families."""
UNNUMBERED: Final[Intervals] = ((_END, _END),)
"""One more place on the line: the addresses of a service tag whose numbers nobody knows here."""
EVERYWHERE: Final[Intervals] = ((0, _END),)


def union(*sets: Iterable[tuple[int, int]]) -> Intervals:
    """All that is in any of them; the ranges may come in any order and overlap.

    >>> union([(5, 9)], [(1, 4), (20, 20)])
    ((1, 9), (20, 20))
    """
    merged: list[tuple[int, int]] = []
    for first, last in sorted(item for each in sets for item in each):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple(merged)


def intersection(one: Intervals, other: Intervals) -> Intervals:
    """What is in both.

    >>> intersection(((1, 9), (20, 30)), ((5, 25),))
    ((5, 9), (20, 25))
    """
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(one) and j < len(other):
        first, last = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if first <= last:
            found.append((first, last))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def difference(one: Intervals, other: Intervals) -> Intervals:
    """What is in the first and not in the second.

    >>> difference(((1, 9),), ((3, 4), (9, 12)))
    ((1, 2), (5, 8))
    """
    left: list[tuple[int, int]] = []
    for first, last in one:
        start = first
        for taken, until in other:
            if until < start or taken > last:
                continue
            if taken > start:
                left.append((start, taken - 1))
            start = until + 1
        if start <= last:
            left.append((start, last))
    return tuple(left)


def is_within(one: Intervals, other: Intervals) -> bool:
    """Whether all of the first is in the second."""
    return not difference(one, other)


def of_networks(networks: Iterable[IpNetwork]) -> Intervals:
    """The addresses of some prefixes, of either family."""
    ranges = []
    for network in networks:
        base = _IPV6 if network.version == 6 else 0
        ranges.append((base + int(network.network_address), base + int(network.broadcast_address)))
    return union(ranges)


def as_prefixes(addresses: Intervals) -> list[str]:
    """The addresses as prefixes, IPv4 first. What has no number is left out.

    >>> from ipaddress import ip_network
    >>> as_prefixes(of_networks([ip_network("10.0.0.0/24"), ip_network("fd00::/64")]))
    ['10.0.0.0/24', 'fd00::/64']
    """
    texts: list[str] = []
    for first, last in intersection(addresses, IPV4):
        texts += map(str, summarize_address_range(IPv4Address(first), IPv4Address(last)))
    for first, last in intersection(addresses, ((_IPV6, _END - 1),)):
        texts += map(str, summarize_address_range(IPv6Address(first - _IPV6), IPv6Address(last - _IPV6)))
    return texts
