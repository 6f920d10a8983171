"""Security groups that broke clusters of real people, each rebuilt from its thread."""

from __future__ import annotations

from aks_audit.findings import Severity
from tests.estate import Estate, Json, Pool, security_rule, subnet

from .scenarios import found, incident, report_of


def behind(*rules: Json, private: bool = False) -> Estate:
    """One cluster whose node subnet has these rules."""
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24", "other": "10.1.1.0/24"})
    estate.network_security_group("nsg", rules, subnets=[subnet(vnet, "nodes")])
    pools = [Pool(count=2, max_pods=30)]
    estate.cluster("aks1", "cni-node-subnet", subnet=subnet(vnet, "nodes"), pools=pools, private=private)
    return estate


def names(estate: Estate) -> set[str]:
    return {item.rule.id for item in report_of(estate).findings if item.rule.family == "nsg"}


@incident("https://github.com/Azure/vdc/issues/21", in_figures=False)
def test_a_deny_of_the_virtual_network_hides_the_nodes_from_probes() -> None:
    rules = [
        *(
            security_rule(f"allow-{port}", 100 + port, "Allow", protocol="Tcp", ports=str(port))
            for port in (22, 80, 443)
        ),
        security_rule("deny-internet", 1000, source="Internet"),
        security_rule("deny-vnet", 1010, source="VirtualNetwork"),
    ]
    finding = found(behind(*rules), "load-balancer-probe-denied").finding
    assert finding.message.startswith("rule deny-vnet (priority 1010, inbound) of nsg denies health probes")
    assert "from 168.63.129.16/32 to 10.1.0.0/24" in finding.message
    cure = security_rule("allow-probes", 900, "Allow", source="AzureLoadBalancer")
    assert "load-balancer-probe-denied" not in names(behind(*rules, cure))


@incident("https://github.com/Azure/AKS/issues/595", in_figures=False)
def test_two_allowed_sources_and_the_nodes_among_themselves_forgotten() -> None:
    rules = [
        security_rule("allow-internet", 100, "Allow", source="Internet"),
        security_rule("allow-subnet-b", 110, "Allow", source="10.1.1.0/24"),
        security_rule("deny-rest", 120),
    ]
    item = found(behind(*rules), "node-traffic-denied")
    assert item.severity is Severity.CRITICAL
    assert item.finding.message.startswith("rule deny-rest (priority 120, inbound) of nsg denies traffic between nodes")
    cure = security_rule("allow-nodes", 115, "Allow", source="10.1.0.0/24", destination="10.1.0.0/24")
    assert "node-traffic-denied" not in names(behind(*rules, cure))


@incident("https://github.com/Azure/ARO-HCP/pull/6278", in_figures=False)
def test_workers_that_may_not_reach_the_private_api_server() -> None:
    ports = ["443", "6443"]
    deny = security_rule("deny-api", 200, direction="Outbound", protocol="Tcp", destination="10.1.0.0/24", ports=ports)
    finding = found(behind(deny, private=True), "required-egress-denied").finding
    assert "rule deny-api (priority 200, outbound) of nsg denies HTTPS to the API server's private endpoint" in (
        finding.message
    )
    higher = security_rule(
        "allow-api", 100, "Allow", direction="Outbound", protocol="Tcp", destination="10.1.0.0/24", ports="443"
    )
    udp = security_rule("deny-udp", 200, direction="Outbound", protocol="Udp", ports="443")
    other = security_rule("deny-other", 210, direction="Outbound", protocol="Tcp", ports="444-500")
    assert "required-egress-denied" not in names(behind(deny, higher, private=True))
    assert "required-egress-denied" not in names(behind(udp, other, private=True))
