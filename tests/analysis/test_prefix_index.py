from __future__ import annotations

from ipaddress import ip_network

from hypothesis import given
from hypothesis import strategies as st

from aks_audit.analysis.prefix_index import PrefixIndex
from aks_audit.model.arm import IpNetwork


def v4(address: int, length: int) -> IpNetwork:
    return ip_network((address << 24, length), strict=False)


PREFIXES = st.one_of(
    st.builds(v4, st.integers(0, 255), st.integers(0, 12)),
    st.builds(lambda a, n: ip_network((a, n), strict=False), st.integers(0, 15), st.integers(24, 32)),
    st.builds(lambda a, n: ip_network((a << 120, n), strict=False), st.integers(0, 255), st.integers(0, 128)),
)


@given(entries=st.lists(PREFIXES, max_size=20), asked=PREFIXES)
def test_finds_what_trying_all_finds(entries: list[IpNetwork], asked: IpNetwork) -> None:
    numbered = [(prefix, number) for number, prefix in enumerate(entries)]
    found = list(PrefixIndex(numbered).overlapping(asked))
    naive = [(p, n) for p, n in numbered if p.version == asked.version and p.overlaps(asked)]
    assert sorted(found, key=lambda entry: entry[1]) == naive
    assert [p.prefixlen for p, _ in found if p.prefixlen < asked.prefixlen] == sorted(
        p.prefixlen for p, _ in naive if p.prefixlen < asked.prefixlen
    )
