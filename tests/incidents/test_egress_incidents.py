"""Incidents about the way out of a cluster: route tables, default routes, and what stands at their end."""

from __future__ import annotations

from aks_audit.findings import Severity
from tests.estate import Estate, Json, Pool, subnet

from .scenarios import a_network, found, incident, is_silent, report_of, the_vnet

FIREWALL = "10.0.1.4"


def behind_a_hub(*, kubenet: bool = False) -> tuple[Estate, Json]:
    """A cluster with user-defined routing behind a firewall in a peered hub with a VPN gateway; and its table."""
    estate = Estate()
    hub = estate.virtual_network("hub", "10.0.0.0/16", {"shared": "10.0.4.0/24"})
    spoke = estate.virtual_network("spoke", "10.1.0.0/16", {"nodes": "10.1.1.0/24"})
    estate.peer(spoke, hub)
    estate.azure_firewall(hub, "fw", prefix="10.0.1.0/26")
    estate.virtual_network_gateway(hub, "vpn", prefix="10.0.9.0/27")
    table = estate.route_table("rt", {"0.0.0.0/0": FIREWALL}, subnets=[subnet(spoke, "nodes")])
    estate.cluster(
        "aks1",
        "kubenet" if kubenet else "cni-overlay",
        subnet=subnet(spoke, "nodes"),
        pools=[Pool(count=1 if kubenet else 3)],
        outbound_type="userDefinedRouting",
        route_table=table,
    )
    return estate, table


@incident("https://github.com/Azure/AKS/issues/1918", in_figures=False)
def test_nodes_that_cannot_reach_what_aks_needs_through_a_new_firewall() -> None:
    estate, table = behind_a_hub()
    told = found(estate, "egress-through-appliance")
    assert told.severity is Severity.INFO
    for name in ("mcr.microsoft.com:443", "management.azure.com:443", "login.microsoftonline.com:443"):
        assert name in told.finding.message
    assert "next-hop-unreachable" not in {item.rule.id for item in report_of(estate).findings}
    table["properties"]["routes"][0]["properties"]["nextHopIpAddress"] = "10.77.0.4"
    dead = found(estate, "next-hop-unreachable")
    assert dead.severity is Severity.CRITICAL
    assert "10.77.0.4, which is neither in spoke nor in a network peered with it" in dead.finding.message


@incident("https://github.com/Azure/vdc/issues/20", in_figures=False)
def test_a_blocked_tunnel_leaves_the_cluster_up_without_logs_and_exec() -> None:
    estate, _ = behind_a_hub()
    told = found(estate, "egress-through-appliance")
    assert "*.hcp.westeurope.azmk8s.io:443" in told.finding.message
    assert "UDP 1194" in told.rule.page
    assert "TCP 9000" in told.rule.page


@incident("https://github.com/Azure/AKS/issues/2710", in_figures=False)
def test_an_empty_table_leaves_the_cluster_with_the_internet_unnoticed() -> None:
    estate, table = behind_a_hub(kubenet=True)
    routes = table["properties"]["routes"]
    routes.remove(next(route for route in routes if route["name"] == "default"))
    finding = found(estate, "default-route-missing")
    assert finding.severity is Severity.CRITICAL
    assert "has no 0.0.0.0/0 route, so traffic takes the system's route to the Internet" in finding.finding.message


def test_user_defined_routing_without_a_table_is_found_in_a_running_cluster() -> None:
    """https://github.com/Azure/AKS/issues/1842, whose creation is refused in `test_capacity_incidents`."""
    estate = a_network(
        nodes="10.1.1.0/24", space="10.1.0.0/16", outbound_type="userDefinedRouting", next_hop="10.1.9.4"
    )
    nodes = subnet(the_vnet(estate), "nodes")
    nodes["properties"].pop("routeTable")
    finding = found(estate, "route-table-missing")
    assert finding.severity is Severity.CRITICAL
    assert finding.finding.resource_id.text == nodes["id"]
    assert "nodes, with nodes of aks1, has no route table" in finding.finding.message


def test_service_addresses_in_the_firewalls_log_are_explained() -> None:
    """https://github.com/Azure/AKS/issues/3874, which is no overlap: see `test_capacity_incidents`."""
    estate = a_network(
        Pool(count=3, max_pods=30, max_surge="1"),
        nodes="10.112.130.0/23",
        space="10.112.130.0/23",
        service_cidr="10.112.193.0/24",
        outbound_type="userDefinedRouting",
        next_hop="10.112.131.4",
    )
    told = found(estate, "service-cidr-routed-away")
    assert told.severity is Severity.INFO
    assert "sends to the service CIDR 10.112.193.0/24 untranslated to VirtualAppliance 10.112.131.4" in (
        told.finding.message
    )
    assert is_silent(estate, "addressing")


@incident("https://github.com/MicrosoftDocs/azure-docs/issues/48390", in_figures=False)
def test_forwarding_switched_off_on_the_spokes_half_is_no_proof_of_a_block() -> None:
    estate, _ = behind_a_hub()
    spoke = next(vnet for vnet in estate.of_type("virtualNetworks") if vnet["name"] == "spoke")
    spoke["properties"]["virtualNetworkPeerings"][0]["properties"]["allowForwardedTraffic"] = False
    assert is_silent(estate, "egress")
    assert not [item for item in report_of(estate).findings if item.severity > Severity.MEDIUM]
