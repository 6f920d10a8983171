"""Which of many ranges share an address with a given one, without trying them all."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from ipaddress import ip_network  # noqa: F401 (for the example)
from typing import Generic, TypeVar

from ..model.arm import IpNetwork

T = TypeVar("T")

_Key = tuple[int, int, int]
"""IP version, first address, prefix length."""


class PrefixIndex(Generic[T]):
    """Ranges with what stands for them. Two CIDR ranges that overlap are nested, so sorting them is enough.

    >>> index = PrefixIndex([(ip_network("10.0.0.0/8"), "wide"), (ip_network("10.1.0.0/16"), "narrow")])
    >>> [name for _, name in index.overlapping(ip_network("10.1.2.0/24"))]
    ['wide', 'narrow']
    >>> [name for _, name in index.overlapping(ip_network("10.0.0.0/12"))], [*index.overlapping(ip_network("::/0"))]
    (['wide', 'narrow'], [])
    """

    def __init__(self, entries: Iterable[tuple[IpNetwork, T]]) -> None:
        self._at: dict[_Key, list[tuple[IpNetwork, T]]] = {}
        for prefix, item in entries:
            self._at.setdefault(_key(prefix), []).append((prefix, item))
        self._sorted = sorted(self._at)
        self._lengths = {version: sorted({length for v, _, length in self._at if v == version}) for version in (4, 6)}

    def overlapping(self, prefix: IpNetwork) -> Iterator[tuple[IpNetwork, T]]:
        """Every entry that shares an address with `prefix`, the wider ones first."""
        version, start, length = _key(prefix)
        for wider in self._lengths[version]:
            if wider >= length:
                break
            bits = prefix.max_prefixlen - wider
            yield from self._at.get((version, start >> bits << bits, wider), ())
        end = start + prefix.num_addresses - 1
        first = bisect_left(self._sorted, (version, start, length))
        last = bisect_right(self._sorted, (version, end, prefix.max_prefixlen))
        for key in self._sorted[first:last]:
            yield from self._at[key]


def _key(prefix: IpNetwork) -> _Key:
    return prefix.version, int(prefix.network_address), prefix.prefixlen
