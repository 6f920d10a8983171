from aks_audit.rules.outbound.outbound_addresses_drifted import outbound_addresses_drifted
from tests.estate import Estate, Json, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import a_prefix, an_estate, balancer, profile, properties

PROFILE = "properties.networkProfile.loadBalancerProfile"


def with_own(estate: Estate, *owned: Json, in_effect: list[Json] | None = None) -> None:
    """The cluster names addresses of the owner's, and the load balancer has those in effect."""
    prefixes = [{"id": item["id"]} for item in owned if "ipPrefix" in item["properties"]]
    addresses = [{"id": item["id"]} for item in owned if "ipAddress" in item["properties"]]
    effective = [{"id": item["id"]} for item in (in_effect if in_effect is not None else owned)]
    del profile(estate)["managedOutboundIPs"]
    profile(estate).update(
        outboundIPs={"publicIPs": addresses},
        outboundIPPrefixes={"publicIPPrefixes": prefixes},
        effectiveOutboundIPs=effective,
    )
    frontends = [
        {
            "name": f"f{number}",
            "properties": {"publicIPAddress" if "Addresses" in item["id"] else "publicIPPrefix": item},
        }
        for number, item in enumerate(effective)
    ]
    balancer(estate)["frontendIPConfigurations"] = frontends
    place = estate.of_type("loadBalancers")[0]["id"]
    balancer(estate)["outboundRules"][0]["properties"]["frontendIPConfigurations"] = [
        {"id": f"{place}/frontendIPConfigurations/{frontend['name']}"} for frontend in frontends
    ]


def test_is_quiet_where_all_three_agree() -> None:
    assert messages(outbound_addresses_drifted, network_of(an_estate(outbound_ips=2)[0])) == []
    estate, _ = an_estate()
    with_own(estate, estate.public_ip("own"), a_prefix(estate, "prefix", "20.60.0.0/30"))
    assert messages(outbound_addresses_drifted, network_of(estate)) == []


def test_is_quiet_about_a_prefix_that_shows_by_its_addresses() -> None:
    estate, _ = an_estate()
    prefix, address = a_prefix(estate, "prefix", "20.60.0.0/30"), estate.public_ip("one", "20.60.0.1")
    address["properties"]["publicIPPrefix"] = {"id": prefix["id"]}
    with_own(estate, prefix, in_effect=[address])
    assert messages(outbound_addresses_drifted, network_of(estate)) == []
    profile(estate)["effectiveOutboundIPs"] = [{"id": prefix["id"]}]
    assert messages(outbound_addresses_drifted, network_of(estate)) == []


def test_finds_addresses_in_effect_that_nobody_named() -> None:
    estate, _ = an_estate()
    with_own(estate, estate.public_ip("wanted"), in_effect=[estate.public_ip("other")])
    finding = only(findings(outbound_addresses_drifted, network_of(estate)))
    assert finding.message == "aks1: the load balancer profile names wanted, in effect are other"
    assert finding.key == "own"
    assert [line.path for line in finding.evidence] == [
        f"{PROFILE}.outboundIPs.publicIPs[].id",
        f"{PROFILE}.outboundIPPrefixes.publicIPPrefixes[].id",
        f"{PROFILE}.effectiveOutboundIPs[].id",
    ]


def test_finds_one_in_effect_too_many() -> None:
    estate, _ = an_estate()
    wanted = estate.public_ip("wanted")
    with_own(estate, wanted, in_effect=[wanted, estate.public_ip("other")])
    assert messages(outbound_addresses_drifted, network_of(estate)) == [
        "aks1: the load balancer profile names wanted, in effect are other, wanted"
    ]


def test_finds_a_number_of_managed_addresses_that_is_not_in_effect() -> None:
    estate, _ = an_estate()
    profile(estate)["managedOutboundIPs"] = {"count": 3}
    finding = only(findings(outbound_addresses_drifted, network_of(estate)))
    assert finding.message == (
        "aks1: the load balancer profile asks for 3 managed outbound addresses and shows 1 in effect"
    )
    assert finding.key == "count"
    assert [(line.path, line.value) for line in finding.evidence][:2] == [
        (f"{PROFILE}.managedOutboundIPs.count", 3),
        (f"{PROFILE}.managedOutboundIPs.countIPv6", None),
    ]


def test_counts_both_families() -> None:
    estate, _ = an_estate(outbound_ips=2)
    properties(estate)["networkProfile"]["ipFamilies"] = ["IPv4", "IPv6"]
    profile(estate)["managedOutboundIPs"] = {"count": 1, "countIPv6": 1}
    assert messages(outbound_addresses_drifted, network_of(estate)) == []
    profile(estate)["managedOutboundIPs"] = {"count": 1}
    assert messages(outbound_addresses_drifted, network_of(estate)) == []
    profile(estate)["managedOutboundIPs"] = {"count": 1, "countIPv6": 2}
    assert len(messages(outbound_addresses_drifted, network_of(estate))) == 1


def test_finds_a_frontend_that_was_swapped_on_the_load_balancer() -> None:
    estate, _ = an_estate()
    swapped = estate.public_ip("swapped")
    balancer(estate)["frontendIPConfigurations"][0]["properties"]["publicIPAddress"] = {"id": swapped["id"]}
    effective = profile(estate)["effectiveOutboundIPs"][0]["id"]
    finding = only(findings(outbound_addresses_drifted, network_of(estate)))
    assert finding.message == (
        f"aks1: effective outbound addresses are {effective.rpartition('/')[2]}, but load balancer kubernetes leaves "
        "by swapped"
    )
    assert finding.resource_id.name == "kubernetes"
    used = balancer(estate)["outboundRules"][0]["properties"]["frontendIPConfigurations"][0]["id"]
    assert [(line.path, line.value) for line in finding.evidence] == [
        (f"{PROFILE}.effectiveOutboundIPs[].id", (effective,)),
        ("properties.outboundRules[].frontendIPConfigurations[].id", (used,)),
        ("properties.frontendIPConfigurations[].publicIPAddress.id", (swapped["id"],)),
    ]
    prefix = a_prefix(estate, "prefix", "20.60.0.0/30")
    balancer(estate)["frontendIPConfigurations"][0]["properties"] = {"publicIPPrefix": {"id": prefix["id"]}}
    last = only(findings(outbound_addresses_drifted, network_of(estate))).evidence[2:]
    assert [(line.path, line.value) for line in last] == [
        ("properties.frontendIPConfigurations[].publicIPPrefix.id", (prefix["id"],))
    ]


def test_leaves_clusters_at_work_other_types_and_profiles_that_show_nothing() -> None:
    estate, _ = an_estate()
    profile(estate)["managedOutboundIPs"] = {"count": 3}
    properties(estate)["provisioningState"] = "Updating"
    assert messages(outbound_addresses_drifted, network_of(estate)) == []
    properties(estate)["provisioningState"] = "Succeeded"
    del profile(estate)["effectiveOutboundIPs"]
    assert messages(outbound_addresses_drifted, network_of(estate)) == []
    assert messages(outbound_addresses_drifted, network_of(an_estate("userAssignedNATGateway")[0])) == []


def test_cannot_tell_without_the_load_balancer() -> None:
    network = network_of(an_estate()[0], refused=["Microsoft.Network/loadBalancers"])
    assert [u.gap.status for u in unknowns(outbound_addresses_drifted, network)] == [403]
    estate, _ = an_estate()
    properties(estate)["networkProfile"]["serviceCidr"] = "10.0.0.0/99"
    assert [u.gap.code for u in unknowns(outbound_addresses_drifted, network_of(estate))] == ["InvalidValue"]


def test_goes_on_after_clusters_that_are_fine_and_names_the_one_that_is_not() -> None:
    for first in ("userAssignedNATGateway", "loadBalancer"):
        estate, vnet = an_estate(first)
        estate.cluster("aks2", subnet=subnet(vnet, "more"))
        profile_of = properties(estate, 1)["networkProfile"]["loadBalancerProfile"]
        profile_of["managedOutboundIPs"] = {"count": 2}
        finding = only(findings(outbound_addresses_drifted, network_of(estate)))
        assert finding.message == (
            "aks2: the load balancer profile asks for 2 managed outbound addresses and shows 1 in effect"
        )
        assert finding.cluster_id == finding.resource_id
        assert finding.evidence[2].path == f"{PROFILE}.effectiveOutboundIPs[].id"
        assert finding.evidence[2].value == (profile_of["effectiveOutboundIPs"][0]["id"],)


def test_goes_on_after_a_cluster_of_which_nothing_can_be_told() -> None:
    for change in ("gap", "drift", "silence"):
        estate, vnet = an_estate()
        estate.cluster("aks2", subnet=subnet(vnet, "more"))
        estate.of_type("managedClusters")[1]["properties"]["networkProfile"]["loadBalancerProfile"][
            "managedOutboundIPs"
        ] = {"count": 2}
        if change == "gap":
            properties(estate)["networkProfile"]["serviceCidr"] = "10.0.0.0/99"
        elif change == "drift":
            profile(estate)["managedOutboundIPs"] = {"count": 0}
        else:
            profile(estate)["effectiveOutboundIPs"] = []
        answers = list(outbound_addresses_drifted.check(network_of(estate)))
        assert [str(getattr(answer, "message", "")).partition(":")[0] for answer in answers][-1] == "aks2"
        assert len(answers) == (1 if change == "silence" else 2)


def test_one_managed_address_is_one() -> None:
    estate, _ = an_estate(outbound_ips=2)
    profile(estate)["managedOutboundIPs"] = {"count": 1}
    assert messages(outbound_addresses_drifted, network_of(estate)) == [
        "aks1: the load balancer profile asks for 1 managed outbound address and shows 2 in effect"
    ]


def test_judges_nothing_where_a_prefix_may_stand_behind_an_address_that_was_not_read() -> None:
    estate, _ = an_estate()
    prefix, address = a_prefix(estate, "prefix", "20.60.0.0/30"), estate.public_ip("one", "20.60.0.1")
    with_own(estate, prefix, in_effect=[address])
    assert len(messages(outbound_addresses_drifted, network_of(estate))) == 1
    network = network_of(estate, refused=["Microsoft.Network/publicIPAddresses"])
    assert messages(outbound_addresses_drifted, network) == []


def test_finds_a_prefix_that_is_not_in_effect() -> None:
    estate, _ = an_estate()
    own = estate.public_ip("own")
    with_own(estate, own, a_prefix(estate, "prefix", "20.60.0.0/30"), in_effect=[own])
    finding = only(findings(outbound_addresses_drifted, network_of(estate)))
    assert finding.message == "aks1: the load balancer profile names own, prefix, in effect are own"
    assert finding.cluster_id == finding.resource_id


def test_finds_a_rule_that_leaves_by_nothing_in_effect() -> None:
    estate, _ = an_estate()
    rule = balancer(estate)["outboundRules"][0]["properties"]
    rule["frontendIPConfigurations"] = [{"id": "/gone"}]
    finding = only(findings(outbound_addresses_drifted, network_of(estate)))
    assert finding.message.endswith("but load balancer kubernetes leaves by none")
    assert [line.path for line in finding.evidence] == [
        f"{PROFILE}.effectiveOutboundIPs[].id",
        "properties.outboundRules[].frontendIPConfigurations[].id",
    ]
    assert finding.cluster_id
    assert finding.cluster_id.name == "aks1"
