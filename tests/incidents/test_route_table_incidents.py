"""What happened to real people with the routes of kubenet nodes, and with what is tied to a node resource group."""

from __future__ import annotations

from aks_audit.audit import audit
from aks_audit.findings import Severity
from aks_audit.rules import catalogue
from tests.estate import Pool, subnet
from tests.networks import network_of
from tests.rules.kubenet.estates import a_kubenet_estate, remove_node, routes, the_cluster, the_table, the_vnet

from .scenarios import found, incident, is_silent


@incident("https://github.com/kubernetes-sigs/cloud-provider-azure/issues/875", in_figures=False)
def test_routes_of_the_old_naming_stay_behind_when_their_nodes_go() -> None:
    estate = a_kubenet_estate(pools=[Pool(count=6)], kubernetes_version="1.21.7")
    for route in routes(estate)[:3]:
        route["name"] = route["name"].partition("____")[0]
    for _ in range(3):
        remove_node(estate)
    profile = the_cluster(estate)["properties"]["agentPoolProfiles"][0]
    profile["count"] = 3
    finding = found(estate, "kubenet-route-stale")
    assert "3 routes of nodes that are no longer in aks1" in finding.finding.message
    assert finding.finding.arithmetic == "6 routes - 3 stale = 3 of 400"


@incident("https://github.com/kubernetes-sigs/cloud-provider-azure/issues/8175", in_figures=False)
def test_a_node_made_anew_with_another_pod_range_leaves_its_old_route_behind() -> None:
    estate = a_kubenet_estate()
    current = routes(estate)[0]
    node = current["name"].partition("____")[0]
    address = current["properties"]["nextHopIpAddress"]
    estate.add_route(the_table(estate), "10.244.9.0/24", address, f"{node}____102449024")
    finding = found(estate, "kubenet-routes-overlap")
    assert finding.severity is Severity.HIGH
    assert "10.244.9.0/24" in finding.finding.message
    assert address in finding.finding.message


@incident("https://github.com/vmware-tanzu/tanzu-framework/issues/2798", in_figures=False)
def test_the_route_of_a_node_that_is_gone_holds_the_range_of_a_live_one() -> None:
    estate = a_kubenet_estate()
    taken = routes(estate)[1]
    taken["name"] = "aks-np1-12345678-vmss00000z____102441024"
    taken["properties"]["nextHopIpAddress"] = "10.1.0.77"
    missing = found(estate, "kubenet-route-missing")
    assert missing.severity is Severity.CRITICAL
    assert "has no route for 1 of 3 nodes of aks1" in missing.finding.message
    assert "10.244.1.0/24" in found(estate, "kubenet-route-stale").finding.message


@incident("https://github.com/kubernetes/kubernetes/issues/88151", in_figures=False)
def test_routes_that_are_still_being_written_are_no_alarm() -> None:
    estate = a_kubenet_estate(pools=[Pool(count=5)])
    routes(estate).pop()
    the_table(estate)["properties"]["provisioningState"] = "Updating"
    report = audit(network_of(estate), catalogue())
    missing = [item for item in report.findings if item.rule.id == "kubenet-route-missing"]
    assert all(item.severity <= Severity.MEDIUM for item in missing), "look again before alarming"
    assert missing or any(item.rule.id == "kubenet-route-missing" for item in report.unknown), "and not fine either"


@incident(
    "https://learn.microsoft.com/en-us/troubleshoot/azure/azure-kubernetes/error-codes/inuseroutetablecannotbedeleted-error",
    in_figures=False,
)
def test_a_subnet_of_ones_own_holds_the_table_that_goes_with_the_cluster() -> None:
    estate = a_kubenet_estate()
    finding = found(estate, "subnet-tied-to-node-resource-group")
    assert finding.severity is Severity.INFO
    assert the_table(estate)["name"] in finding.finding.message
    mine = estate.route_table("rt-mine", resource_group="rg-network")
    mine["properties"]["routes"] = list(routes(estate))
    nodes = subnet(the_vnet(estate), "nodes")
    estate.attach(mine, nodes)
    assert is_silent(estate, "kubenet")
