from aks_audit.findings import Evidence
from aks_audit.inventory import ResourceId
from aks_audit.rules.network_policy.virtual_nodes_unsupported import virtual_nodes_unsupported
from tests.estate import Estate, Json, Model
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import PROFILE, an_estate, hide


def with_virtual_nodes(model: Model, enabled: bool = True, **profile: object) -> tuple[Estate, Json]:
    estate, cluster = an_estate(model=model, **profile)
    cluster["properties"]["addonProfiles"] = {"ACIConnectorLinux": {"enabled": enabled}}
    return estate, cluster


def test_is_quiet_about_flat_networks_and_clusters_without_them() -> None:
    assert messages(virtual_nodes_unsupported, network_of(with_virtual_nodes("cni-node-subnet")[0])) == []
    assert messages(virtual_nodes_unsupported, network_of(with_virtual_nodes("byo")[0])) == []
    assert messages(virtual_nodes_unsupported, network_of(with_virtual_nodes("kubenet", enabled=False)[0])) == []
    assert messages(virtual_nodes_unsupported, network_of(an_estate()[0])) == []


def test_finds_them_with_overlay() -> None:
    estate, cluster = with_virtual_nodes("cni-overlay")
    finding = only(findings(virtual_nodes_unsupported, network_of(estate)))
    assert finding.message == "aks1: virtual nodes do not work with Azure CNI Overlay"
    own = ResourceId.of(cluster["id"])
    assert finding.evidence == (
        Evidence(own, "properties.addonProfiles.aciConnectorLinux.enabled", True),
        Evidence(own, f"{PROFILE}.networkPlugin", "azure"),
        Evidence(own, f"{PROFILE}.networkPluginMode", "overlay"),
        Evidence(own, f"{PROFILE}.ipFamilies", ("IPv4",)),
    )
    assert finding.cluster_id == finding.resource_id == own


def test_finds_them_with_kubenet_and_dual_stack() -> None:
    estate, _ = with_virtual_nodes("kubenet")
    finding = only(findings(virtual_nodes_unsupported, network_of(estate)))
    assert finding.message == "aks1: virtual nodes do not work with kubenet"
    assert finding.evidence[2].value is None
    estate, _ = with_virtual_nodes("cni-node-subnet", ipFamilies=["IPv4", "IPv6"])
    assert messages(virtual_nodes_unsupported, network_of(estate)) == [
        "aks1: virtual nodes do not work with dual stack"
    ]


def test_cannot_tell_where_the_profile_does_not_parse() -> None:
    estate, cluster = with_virtual_nodes("kubenet")
    hide(cluster)
    assert [u.gap.code for u in unknowns(virtual_nodes_unsupported, network_of(estate))] == ["InvalidValue"]
