from __future__ import annotations

from typing import Any

import pytest

from aks_audit.rules.nsg.service_port_closed_by_subnet import service_port_closed_by_subnet
from tests.estate import Estate, Json, Pool, security_rule, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import DENY_ALL_IN, add_rule, an_estate, cluster_of, nic_group_of, vnet_of

ADDRESS = "20.60.0.7"


def publish(
    estate: Estate,
    port: int = 443,
    *,
    source: str | list[str] = "Internet",
    floating: bool = True,
    address: str = ADDRESS,
) -> Json:
    """A public service: a frontend, a rule of the load balancer, and what AKS opens in its own group."""
    group = cluster_of(estate)["properties"]["nodeResourceGroup"]
    balancer = estate.of_type("loadBalancers")[0]
    pip = estate.public_ip(f"pip-{port}", address, resource_group=group)
    frontend_id = f"{balancer['id']}/frontendIPConfigurations/f-{port}"
    frontend = {
        "name": f"f-{port}",
        "id": frontend_id,
        "properties": {"publicIPAddress": {"id": pip["id"]}},
    }
    balancer["properties"]["frontendIPConfigurations"].append(frontend)
    balancer["properties"]["loadBalancingRules"].append(a_balancing_rule(frontend_id, port, floating=floating))
    name = f"k8s-azure-lb_allow_IPv4_{port}"
    rule = security_rule(name, 500 + port, "Allow", source=source, destination=[address], ports=[str(port)])
    add_rule(nic_group_of(estate), rule)
    return balancer


def a_balancing_rule(frontend: str, port: int, *, floating: bool = True) -> dict[str, Any]:
    words = {
        "frontendIPConfiguration": {"id": frontend},
        "protocol": "Tcp",
        "frontendPort": port,
        "backendPort": port if floating else 31000,
        "enableFloatingIP": floating,
    }
    return {"name": f"a1-TCP-{port}", "properties": words}


def open_in_subnet(port: str = "443", source: str = "Internet") -> Json:
    return security_rule("web", 300, "Allow", protocol="Tcp", source=source, destination=ADDRESS, ports=port)


def test_is_quiet_where_the_subnet_is_open_too_or_has_no_group() -> None:
    estate = an_estate(open_in_subnet())
    publish(estate)
    assert messages(service_port_closed_by_subnet, network_of(estate)) == []
    bare = an_estate()
    subnet(vnet_of(bare), "nodes")["properties"].pop("networkSecurityGroup")
    publish(bare)
    assert messages(service_port_closed_by_subnet, network_of(bare)) == []


def test_finds_ports_that_only_aks_opened() -> None:
    estate = an_estate(open_in_subnet("80"))
    for port in (80, 443, 8443):
        publish(estate, port)
    finding = only(findings(service_port_closed_by_subnet, network_of(estate)))
    assert finding.message == (
        "rule DenyAllInBound (priority 65500, inbound) of nsg-nodes denies services of aks1 that the nodes' own group "
        f"lets in: TCP 443 at {ADDRESS}/32, TCP 8443 at {ADDRESS}/32"
    )
    assert [(line.resource_id.name, line.path, line.value) for line in finding.evidence][0:2] == [
        ("nsg-nodes", "properties.defaultSecurityRules[DenyAllInBound].properties.access", "Deny"),
        ("nsg-nodes", "properties.defaultSecurityRules[DenyAllInBound].properties.priority", 65500),
    ]
    assert finding.evidence[2].resource_id.name == "nodes"
    assert [(line.path, line.value) for line in finding.evidence[3:]] == [
        ("properties.loadBalancingRules[a1-TCP-443].properties.frontendPort", 443),
        ("properties.loadBalancingRules[a1-TCP-8443].properties.frontendPort", 8443),
    ]
    assert [item.name for item in finding.affected] == ["nodes"]
    assert finding.cluster_id


@pytest.mark.parametrize("kind", ["loadBalancers", "publicIPAddresses", "networkSecurityGroups"])
def test_what_was_refused_is_not_told(kind: str) -> None:
    estate = an_estate()
    publish(estate)
    network = network_of(estate, refused=[f"Microsoft.Network/{kind}"])
    assert {answer.gap.status for answer in unknowns(service_port_closed_by_subnet, network)} == {403}


def test_cannot_tell_without_the_public_address() -> None:
    estate = an_estate()
    publish(estate)
    network = network_of(estate, refused=["Microsoft.Network/publicIPAddresses"])
    (answer,) = unknowns(service_port_closed_by_subnet, network)
    assert (answer.resource_id.name, answer.gap.resource_type) == ("aks1", "Microsoft.Network/publicIPAddresses")


def test_a_subnet_that_lets_some_sources_in_restricts_on_purpose() -> None:
    estate = an_estate(open_in_subnet(source="203.0.113.0/24"), DENY_ALL_IN)
    publish(estate)
    assert messages(service_port_closed_by_subnet, network_of(estate)) == []


def test_a_service_is_asked_for_the_sources_that_it_allows() -> None:
    estate = an_estate(open_in_subnet(source="198.51.100.0/24"), DENY_ALL_IN)
    publish(estate, source=["203.0.113.0/24"])
    assert len(messages(service_port_closed_by_subnet, network_of(estate))) == 1


def test_a_service_that_aks_itself_keeps_closed_is_none() -> None:
    estate = an_estate()
    publish(estate)
    nic_group_of(estate)["properties"]["securityRules"].clear()
    assert messages(service_port_closed_by_subnet, network_of(estate)) == []


def test_without_floating_ip_the_node_is_the_destination() -> None:
    opened = security_rule("ports", 300, "Allow", source="Internet", destination="10.1.0.0/24", ports="31000")
    for rules, told in (((opened,), 0), ((), 1)):
        estate = an_estate(*rules)
        publish(estate, floating=False)
        add_rule(nic_group_of(estate), opened)
        assert len(messages(service_port_closed_by_subnet, network_of(estate))) == told


def test_an_internal_service_is_asked_for_the_virtual_network() -> None:
    for rules, told in (((), 0), ((security_rule("no", 300, destination="10.1.0.0/24", ports="443"),), 1)):
        estate = an_estate(*rules)
        group = cluster_of(estate)["properties"]["nodeResourceGroup"]
        balancer = estate.internal_load_balancer(subnet(vnet_of(estate), "nodes"), resource_group=group)
        (frontend,) = balancer["properties"]["frontendIPConfigurations"]
        balancer["properties"]["loadBalancingRules"].append(a_balancing_rule(frontend["id"], 443))
        assert len(messages(service_port_closed_by_subnet, network_of(estate))) == told


def test_two_clusters_behind_one_rule_are_one_finding() -> None:
    estate = an_estate(pools=[Pool(count=1, max_pods=10)])
    publish(estate)
    nodes = subnet(vnet_of(estate), "nodes")
    estate.cluster("aks2", "cni-overlay", subnet=nodes, pod_cidr="10.245.0.0/16")
    second = estate.of_type("loadBalancers")[1]
    frontend = second["properties"]["frontendIPConfigurations"][0]
    second["properties"]["loadBalancingRules"].append(a_balancing_rule(frontend["id"], 80))
    group = estate.of_type("networkSecurityGroups")[2]
    add_rule(group, security_rule("k8s-azure-lb_allow_IPv4_x", 500, "Allow", source="Internet", ports="80"))
    finding = only(findings(service_port_closed_by_subnet, network_of(estate)))
    assert "denies services of aks1, aks2 that" in finding.message
    assert finding.cluster_id is None
    assert [item.name for item in finding.affected] == ["aks1", "aks2", "nodes"]


def test_a_network_that_aks_made_is_its_own_affair() -> None:
    estate = Estate()
    estate.cluster("aks1", "cni-overlay")
    publish(estate)
    nic_group_of(estate)["properties"]["securityRules"].clear()
    assert messages(service_port_closed_by_subnet, network_of(estate)) == []


def test_a_network_that_aks_made_is_no_question_even_unread() -> None:
    estate = Estate()
    estate.cluster("aks1", "cni-overlay")
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    assert messages(service_port_closed_by_subnet, network) == []
