from aks_audit.findings import Evidence
from aks_audit.inventory import ResourceId
from aks_audit.rules.api_server.node_public_ip_not_authorized import node_public_ip_not_authorized
from tests.estate import Estate, Json, Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import access_of, an_estate, hide

PREFIX = "20.60.0.0/28"


def an_estate_with_prefix(*ranges: str, prefix: str | None = "pippre", **cluster: object) -> tuple[Estate, Json, Json]:
    """A system pool without, and a pool `np2` with node public IPs from a prefix; the prefix is returned too."""
    found = Estate().resource_id("Microsoft.Network/publicIPPrefixes", prefix or "")
    extra: Json = {"enableNodePublicIP": True} | ({"nodePublicIPPrefixID": found} if prefix else {})
    pools = (Pool(), Pool(name="np2", mode="User", extra=extra))
    estate, arm = an_estate(*pools, authorized_ip_ranges=ranges, **cluster)
    public = estate._add("Microsoft.Network/publicIPPrefixes", "pippre")
    public["properties"] |= {"prefixLength": 28, "ipPrefix": PREFIX}
    return estate, arm, public


def test_is_quiet_where_the_prefix_is_in_the_list() -> None:
    for ranges in (("198.51.100.0/24", PREFIX), ("20.60.0.0/29", "20.60.0.8/29"), ("20.0.0.0/8",)):
        assert messages(node_public_ip_not_authorized, network_of(an_estate_with_prefix(*ranges)[0])) == []


def test_is_quiet_where_no_filter_is_in_the_way() -> None:
    for made in (
        an_estate_with_prefix(),
        an_estate_with_prefix(private=True),
        an_estate_with_prefix("198.51.100.0/24", integrated=True),
        an_estate_with_prefix("198.51.100.0/24", outbound_type="userDefinedRouting"),
        an_estate_with_prefix("198.51.100.0/24", outbound_type="userAssignedNATGateway"),
    ):
        assert messages(node_public_ip_not_authorized, network_of(made[0])) == []
    assert messages(node_public_ip_not_authorized, network_of(an_estate()[0])) == []


def test_finds_a_prefix_that_is_not_in_the_list() -> None:
    estate, cluster, public = an_estate_with_prefix("198.51.100.0/24", "20.60.0.0/29")
    finding = only(findings(node_public_ip_not_authorized, network_of(estate)))
    assert finding.message == (
        "aks1 has authorized ranges and nodes with public addresses: "
        "np2 takes them from prefix pippre, 20.60.0.0/28, which is not in the list"
    )
    own, ranges = ResourceId.of(cluster["id"]), ("198.51.100.0/24", "20.60.0.0/29")
    assert finding.evidence == (
        Evidence(own, "properties.apiServerAccessProfile.authorizedIPRanges", ranges),
        Evidence(own, "properties.agentPoolProfiles[np2].nodePublicIPPrefixID", public["id"]),
    )
    assert finding.cluster_id == finding.resource_id == own
    assert finding.affected == (own.child("agentPools", "np2"),)


def test_finds_a_pool_without_a_prefix() -> None:
    estate, _, _ = an_estate_with_prefix("198.51.100.0/24", prefix=None)
    finding = only(findings(node_public_ip_not_authorized, network_of(estate)))
    assert finding.message.endswith(": np2 takes its addresses from no prefix")
    assert finding.evidence[1].value is None


def test_finds_a_prefix_that_does_not_exist_and_tells_two_pools_at_once() -> None:
    estate, cluster, public = an_estate_with_prefix("198.51.100.0/24")
    cluster["properties"]["agentPoolProfiles"][0]["enableNodePublicIP"] = True
    estate.remove(public)
    assert messages(node_public_ip_not_authorized, network_of(estate)) == [
        "aks1 has authorized ranges and nodes with public addresses: np1 takes its addresses from no prefix; "
        "np2 takes them from prefix pippre, which does not exist"
    ]


def test_cannot_tell_without_the_prefix() -> None:
    estate, _, public = an_estate_with_prefix("198.51.100.0/24")
    network = network_of(estate, refused=["Microsoft.Network/publicIPPrefixes"])
    assert [u.gap.status for u in unknowns(node_public_ip_not_authorized, network)] == [403]
    public["properties"].pop("ipPrefix")
    (answer,) = unknowns(node_public_ip_not_authorized, network_of(estate))
    assert answer.gap.message == "the addresses of the prefix are not given"
    public["properties"]["ipPrefix"] = "20.60"
    assert [u.gap.code for u in unknowns(node_public_ip_not_authorized, network_of(estate))] == ["InvalidValue"]


def test_cannot_tell_where_a_service_tag_may_hold_the_addresses() -> None:
    for prefix in ("pippre", None):
        estate, _, _ = an_estate_with_prefix("AzureCloud.westeurope", prefix=prefix)
        (answer,) = unknowns(node_public_ip_not_authorized, network_of(estate))
        assert answer.gap.message == (
            "what service tag AzureCloud.westeurope in authorizedIPRanges holds does not stand in ARM"
        )


def test_cannot_tell_without_the_subnet_or_the_pools() -> None:
    estate, cluster, _ = an_estate_with_prefix("198.51.100.0/24")
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(node_public_ip_not_authorized, network)] == [403]
    cluster["properties"]["agentPoolProfiles"] = None
    assert len(unknowns(node_public_ip_not_authorized, network_of(estate))) == 1
    hide(cluster)
    assert [u.gap.code for u in unknowns(node_public_ip_not_authorized, network_of(estate))] == ["InvalidValue"]
    assert access_of(cluster)


def test_a_gateway_on_the_subnet_takes_over() -> None:
    estate, _, _ = an_estate_with_prefix("198.51.100.0/24")
    nodes = subnet(estate.of_type("virtualNetworks")[0], "nodes")
    estate.nat_gateway("natgw", subnets=[nodes])
    assert messages(node_public_ip_not_authorized, network_of(estate)) == []
