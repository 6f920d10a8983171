from ipaddress import ip_network

from aks_audit.analysis.public_addresses import is_prefix, one_or_prefix, public_addresses
from aks_audit.inventory.resource_id import ResourceId
from tests.estate import Estate
from tests.networks import network_of


def test_follows_addresses_and_prefixes_once_each() -> None:
    estate = Estate()
    address = ResourceId.of(estate.public_ip("ip", "20.1.2.3")["id"])
    prefix = estate._add("Microsoft.Network/publicIPPrefixes", "prefix")
    prefix["properties"] |= {"prefixLength": 30, "ipPrefix": "20.9.0.0/30"}
    found = public_addresses(network_of(estate), (address, ResourceId.of(prefix["id"]), address))
    assert [str(known) for known in found.known] == ["20.1.2.3/32", "20.9.0.0/30"]
    assert found.count() == 5
    assert found.count(6) == 0
    assert found.gap is None
    assert found.missing == ()
    assert len(found.ids) == 2
    assert found.is_whole
    assert [is_prefix(item) for item in found.ids] == [False, True]


def test_tells_what_is_gone_from_what_was_not_read() -> None:
    estate = Estate()
    gone = ResourceId.of(estate.resource_id("Microsoft.Network/publicIPAddresses", "gone"))
    elsewhere = ResourceId.of(gone.text.replace(estate.subscription, "00000000-0000-0000-0000-0000000000ff"))
    found = public_addresses(network_of(estate), (gone, elsewhere))
    assert found.missing == (gone,)
    assert found.gap is not None
    assert found.gap.code == "NotCollected"
    assert not found.is_whole
    network = network_of(estate)
    assert not public_addresses(network, (gone,)).is_whole
    assert not public_addresses(network, (elsewhere,)).is_whole
    assert public_addresses(network, ()).is_whole


def test_an_address_that_none_was_given_to_is_a_gap() -> None:
    estate = Estate()
    free = estate.public_ip("free")
    del free["properties"]["ipAddress"]
    prefix = estate._add("Microsoft.Network/publicIPPrefixes", "prefix")
    prefix["properties"]["prefixLength"] = 30
    for resource in (free, prefix):
        found = public_addresses(network_of(estate), (ResourceId.of(resource["id"]),))
        assert found.gap
        assert found.gap.message == "the resource shows no address"
        assert found.gap.code == "NotCollected"
        assert found.missing == ()
        assert found.known == ()


def test_shows_one_address_without_its_length() -> None:
    assert one_or_prefix(ip_network("20.1.2.3/32")) == "20.1.2.3"
    assert one_or_prefix(ip_network("20.1.2.2/31")) == "20.1.2.2/31"
    assert one_or_prefix(ip_network("2603::1/128")) == "2603::1"
