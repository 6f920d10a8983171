"""A cluster whose pools ARM does not list, or lists as null, is unknown and never fine."""

from __future__ import annotations

import pytest

from aks_audit.audit import audit
from aks_audit.findings import Rule
from aks_audit.rules import catalogue

from .estate import Estate, subnet
from .networks import network_of

NOT_ABOUT_THIS_CLUSTER = {
    "internal-load-balancer-subnet-full": "looks at what is in use, which the subnet shows",
    "kubenet-ip-forwarding-off": "looks at nodes, which their NICs show",
    "api-server-subnet-too-small": "looks at the API server's subnet",
    "node-auto-provisioning-unbounded": "looks at the cluster's own profile",
}

ABOUT_POOLS = [
    rule
    for rule in catalogue()
    if rule.id not in NOT_ABOUT_THIS_CLUSTER
    and (
        rule.family in ("capacity", "kubenet")
        or rule.id in ("node-subnet-unfit", "windows-pool-unsupported", "outbound-ports-exhausted")
    )
]


def an_estate(model: str) -> Estate:
    """Two clusters in one subnet; of one the pools are null."""
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/23"})
    estate.cluster("known", "cni-node-subnet", subnet=subnet(vnet, "nodes"))
    hidden = estate.cluster("hidden", model, subnet=subnet(vnet, "nodes"))  # type: ignore[arg-type]
    hidden["properties"]["agentPoolProfiles"] = None
    return estate


@pytest.mark.parametrize("rule", ABOUT_POOLS, ids=lambda rule: rule.id)
def test_no_rule_about_pools_takes_it_for_fine(rule: Rule) -> None:
    model = "kubenet" if rule.family == "kubenet" else "cni-node-subnet"
    report = audit(network_of(an_estate(model)), [rule])
    about_hidden = [u for u in report.unknown if "hidden" in u.resource_id.key or "hidden" in u.gap.scope.lower()]
    about_hidden += [u for u in report.unknown if "nodes" in u.resource_id.key]
    assert about_hidden, [u.gap for u in report.unknown]


def test_what_its_nodes_need_of_the_subnet_is_not_known() -> None:
    (capacity,) = audit(network_of(an_estate("cni-node-subnet")), []).subnets
    assert capacity.needed.now is None
    assert capacity.fits("upgrade") is None
    assert capacity.used == 2 * 3 * 31
