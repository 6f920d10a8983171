from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aks_audit.analysis.api_server import (
    AuthorizedRange,
    Exposure,
    admits,
    authorized_ranges,
    exposure_of,
    public_addresses,
)
from aks_audit.inventory import Gap
from aks_audit.model import ManagedCluster
from tests.estate import Estate, Json
from tests.networks import network_of


def a_cluster(access: Json | None = None, **properties: object) -> ManagedCluster:
    estate = Estate()
    arm = estate.cluster("aks1")
    arm["properties"]["apiServerAccessProfile"] = access
    arm["properties"] |= properties
    (cluster,) = network_of(estate).clusters
    return cluster


def ranges(*texts: str) -> tuple[AuthorizedRange, ...]:
    return authorized_ranges(a_cluster({"authorizedIPRanges": list(texts)}))


RANGES = {"authorizedIPRanges": ["198.51.100.0/24"]}
PRIVATE = {"enablePrivateCluster": True}
INTEGRATED = {"enableVnetIntegration": True}


@pytest.mark.parametrize(
    ("access", "verdict"),
    [
        (None, Exposure.OPEN),
        ({"authorizedIPRanges": []}, Exposure.OPEN),
        ({"enablePrivateCluster": False}, Exposure.OPEN),
        (RANGES, Exposure.RANGES),
        (PRIVATE, Exposure.PRIVATE),
        (PRIVATE | RANGES, Exposure.PRIVATE),
        (INTEGRATED, Exposure.INTEGRATED_OPEN),
        (INTEGRATED | RANGES, Exposure.INTEGRATED_RANGES),
        (INTEGRATED | PRIVATE | RANGES, Exposure.INTEGRATED_PRIVATE),
    ],
)
def test_there_is_one_verdict(access: Json | None, verdict: Exposure) -> None:
    assert exposure_of(a_cluster(access)) is verdict


def test_what_the_verdicts_mean() -> None:
    public = {each for each in Exposure if each.is_public}
    private = {each for each in Exposure if each.is_private}
    assert public == {Exposure.OPEN, Exposure.RANGES, Exposure.INTEGRATED_OPEN, Exposure.INTEGRATED_RANGES}
    assert private == {Exposure.PRIVATE, Exposure.INTEGRATED_PRIVATE}
    assert {each for each in Exposure if each.is_integrated} == {
        Exposure.INTEGRATED_OPEN,
        Exposure.INTEGRATED_RANGES,
        Exposure.INTEGRATED_PRIVATE,
    }


@pytest.mark.parametrize("access", [None, RANGES, INTEGRATED])
def test_public_access_can_be_disabled(access: Json | None) -> None:
    assert exposure_of(a_cluster(access, publicNetworkAccess="Disabled")) is Exposure.CLOSED
    assert exposure_of(a_cluster(access, publicNetworkAccess="ENABLED")) is not Exposure.CLOSED


def test_a_private_cluster_is_private_whatever_else_is_said() -> None:
    assert exposure_of(a_cluster(PRIVATE, publicNetworkAccess="SecuredByPerimeter", fqdn=None)) is Exposure.PRIVATE


def test_what_hides_it_is_a_gap() -> None:
    for cluster in (
        a_cluster(None, publicNetworkAccess="SomethingNew"),
        a_cluster(None, fqdn=None),
        a_cluster({"enablePrivateCluster": "perhaps"}),
    ):
        assert isinstance(exposure_of(cluster), Gap)
    assert exposure_of(a_cluster(RANGES, fqdn=None)) is Exposure.RANGES


@pytest.mark.parametrize(
    ("text", "prefix", "host_bits", "tag"),
    [
        ("198.51.100.0/24", "198.51.100.0/24", False, False),
        ("198.51.100.7", "198.51.100.7/32", False, False),
        ("198.51.100.7/24", "198.51.100.0/24", True, False),
        ("2001:db8::1/32", "2001:db8::/32", True, False),
        ("2001:db8::1", "2001:db8::1/128", False, False),
        ("AzureCloud.WestEurope", None, False, True),
        ("198.51.100.0/33", None, False, False),
        ("my office", None, False, False),
        ("AzureCloud.", None, False, False),
    ],
)
def test_entries_are_read_as_written(text: str, prefix: str | None, host_bits: bool, tag: bool) -> None:
    (item,) = ranges(text)
    assert item == AuthorizedRange(
        text=text, prefix=ip_network(prefix) if prefix else None, has_host_bits=host_bits, is_tag=tag
    )


def test_one_entry_stands_for_the_clusters_own_address() -> None:
    assert [item.means_own_egress for item in ranges("0.0.0.0/32", "0.0.0.0/0")] == [True, False]


def test_neighbours_admit_together_what_neither_admits_alone() -> None:
    both = ranges("20.60.0.0/29", "20.60.0.8/29", "AzureCloud", "2001:db8::/32")
    assert admits(both, ip_network("20.60.0.0/28"))
    assert not admits(both, ip_network("20.60.0.0/27"))
    assert not admits(both[:1], ip_network("20.60.0.0/28"))
    assert admits(both, ip_network("2001:db8:1::/48"))
    assert not admits(both, ip_network("2001:db9::/48"))
    assert not admits(both[:2], ip_network("::/0"))


PREFIXES = st.lists(
    st.builds(
        lambda first, length: ip_network((first >> (32 - length) << (32 - length), length)),
        st.integers(0, 2**32 - 1),
        st.integers(1, 32),
    ),
    max_size=6,
)


@given(PREFIXES)
def test_addresses_are_counted_once_and_private_ones_never(prefixes: list[object]) -> None:
    items = [AuthorizedRange(text=str(prefix), prefix=ip_network(str(prefix))) for prefix in prefixes]
    counted = public_addresses(items)
    assert 0 <= counted <= sum(item.prefix.num_addresses for item in items if item.prefix)
    assert public_addresses([*items, *items]) == counted
    private = AuthorizedRange(text="10.0.0.0/8", prefix=ip_network("10.0.0.0/8"))
    assert public_addresses([*items, private]) == counted
    far = AuthorizedRange(text="0.0.0.0/0", prefix=ip_network("0.0.0.0/0"))
    assert public_addresses([*items, far]) == 2**32 - (2**24 + 2**20 + 2**16 + 2**22 + 2**16)
