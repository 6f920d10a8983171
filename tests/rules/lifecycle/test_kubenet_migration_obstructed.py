from datetime import date

import pytest

from aks_audit.findings import Evidence, Finding, Severity, Unknown
from aks_audit.inventory import ResourceId
from aks_audit.rules.lifecycle.kubenet_migration_obstructed import kubenet_migration_obstructed
from tests.estate import Estate, Json, Pool
from tests.networks import findings, messages, network_of, only, unknowns
from tests.observed import answers

from .clusters import an_estate, hide


def a_kubenet_cluster(*pools: Pool, policy: str = "none", **properties: object) -> tuple[Estate, Json]:
    estate, cluster = an_estate(*pools, model="kubenet", **properties)
    cluster["properties"]["networkProfile"]["networkPolicy"] = policy
    return estate, cluster


def test_is_quiet_where_nothing_is_in_the_way() -> None:
    estate, _ = a_kubenet_cluster(kubernetesVersion="1.27.0", currentKubernetesVersion="1.27.0")
    assert messages(kubenet_migration_obstructed, network_of(estate)) == []


def test_is_quiet_about_other_models() -> None:
    assert messages(kubenet_migration_obstructed, network_of(an_estate(model="cni-node-subnet")[0])) == []


def test_finds_all_that_is_in_the_way_in_order() -> None:
    old = {"kubernetesVersion": "1.26.9", "currentKubernetesVersion": "1.26.9"}
    addons = {"aciConnectorLinux": {"enabled": True}}
    estate, cluster = a_kubenet_cluster(Pool(type="AvailabilitySet"), policy="calico", addonProfiles=addons, **old)
    cluster["identity"] = {"type": "SystemAssigned"}
    cluster["properties"]["networkProfile"]["ipFamilies"] = ["IPv4", "IPv6"]
    finding = only(findings(kubenet_migration_obstructed, network_of(estate)))
    assert finding.message == (
        "aks1, before it can move to overlay: Kubernetes 1.26.9 is older than 1.27; networkPolicy calico has to be "
        "uninstalled; its identity is SystemAssigned, not a user-assigned one; virtual nodes do not work with overlay; "
        "np1 is an availability set; dual stack: IPv6 traffic of pods breaks during the move"
    )
    own = ResourceId.of(cluster["id"])
    assert finding.evidence == (
        Evidence(own, "properties.networkProfile.networkPlugin", "kubenet"),
        Evidence(own, "properties.currentKubernetesVersion", "1.26.9"),
        Evidence(own, "properties.networkProfile.networkPolicy", "calico"),
        Evidence(own, "identity.type", "SystemAssigned"),
        Evidence(own, "properties.addonProfiles.aciConnectorLinux.enabled", True),
        Evidence(own, "properties.agentPoolProfiles[np1].type", "AvailabilitySet"),
        Evidence(own, "properties.networkProfile.ipFamilies", ("IPv4", "IPv6")),
    )
    assert finding.cluster_id == finding.resource_id == own


def test_finds_two_availability_sets_and_a_service_principal() -> None:
    sets = (Pool(type="AvailabilitySet"), Pool(name="np2", mode="User", type="AvailabilitySet"))
    estate, cluster = a_kubenet_cluster(*sets)
    cluster.pop("identity")
    assert messages(kubenet_migration_obstructed, network_of(estate)) == [
        "aks1, before it can move to overlay: its identity is a service principal, not a user-assigned one; "
        "np1, np2 are availability sets"
    ]


@pytest.mark.parametrize(
    ("as_of", "severity"),
    [(date(2027, 3, 31), None), (date(2027, 4, 1), Severity.MEDIUM), (date(2028, 5, 1), "medium")],
)
def test_grows_in_the_last_year(as_of: date, severity: Severity | None) -> None:
    estate, _ = a_kubenet_cluster(policy="Azure")
    finding = only(findings(kubenet_migration_obstructed, network_of(estate, as_of=as_of)))
    assert finding.severity == severity
    assert kubenet_migration_obstructed.severity is Severity.INFO


def test_cannot_tell_without_the_pools_or_the_version() -> None:
    estate, _ = a_kubenet_cluster(agentPoolProfiles=None)
    assert [u.gap.code for u in unknowns(kubenet_migration_obstructed, network_of(estate))] == ["NotCollected"]
    estate, cluster = a_kubenet_cluster(kubernetesVersion=None, currentKubernetesVersion=None)
    (answer,) = unknowns(kubenet_migration_obstructed, network_of(estate))
    assert answer.gap.message == "the Kubernetes version is not known"
    hide(cluster)
    assert [u.gap.code for u in unknowns(kubenet_migration_obstructed, network_of(estate))] == ["InvalidValue"]


def test_tells_what_it_finds_beside_what_it_cannot_tell() -> None:
    estate, _ = a_kubenet_cluster(policy="calico", agentPoolProfiles=None)
    given = answers(kubenet_migration_obstructed, network_of(estate))
    assert [type(answer) for answer in given] == [Finding, Unknown]
