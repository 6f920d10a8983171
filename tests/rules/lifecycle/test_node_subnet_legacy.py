from aks_audit.findings import Evidence
from aks_audit.inventory import ResourceId
from aks_audit.rules.lifecycle.node_subnet_legacy import node_subnet_legacy
from tests.estate import Estate, Pool
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import an_estate, hide


def test_is_quiet_about_other_models() -> None:
    for model in ("cni-overlay", "kubenet", "byo"):
        assert messages(node_subnet_legacy, network_of(an_estate(model=model)[0])) == []


def test_finds_the_pools_of_node_subnets() -> None:
    estate, cluster = an_estate(Pool(), Pool(name="np2", mode="User"), model="cni-node-subnet")
    finding = only(findings(node_subnet_legacy, network_of(estate)))
    assert finding.message == (
        "aks1: pods of np1, np2 take addresses of the node subnet, a model that Azure calls legacy"
    )
    own = ResourceId.of(cluster["id"])
    assert finding.evidence == (
        Evidence(own, "properties.networkProfile.networkPlugin", "azure"),
        Evidence(own, "properties.networkProfile.networkPluginMode", None),
    )
    assert finding.affected == (own.child("agentPools", "np1"), own.child("agentPools", "np2"))
    assert finding.cluster_id == finding.resource_id == own


def test_cannot_tell_without_the_pools_where_it_may_be_one() -> None:
    estate, cluster = an_estate(model="cni-node-subnet", agentPoolProfiles=None)
    assert [u.gap.code for u in unknowns(node_subnet_legacy, network_of(estate))] == ["NotCollected"]
    hide(cluster)
    assert [u.gap.code for u in unknowns(node_subnet_legacy, network_of(estate))] == ["InvalidValue"]
    assert messages(node_subnet_legacy, network_of(an_estate(agentPoolProfiles=None)[0])) == []


def test_cannot_tell_without_the_plugin() -> None:
    estate = Estate()
    estate.cluster("aks1")["properties"]["networkProfile"] = None
    (answer,) = unknowns(node_subnet_legacy, network_of(estate))
    assert answer.gap.message == "properties.networkProfile.networkPlugin is absent"
