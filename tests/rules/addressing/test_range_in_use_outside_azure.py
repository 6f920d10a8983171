from ipaddress import ip_network

from aks_audit.findings import Severity
from aks_audit.model import Network
from aks_audit.rules.addressing.range_in_use_outside_azure import range_in_use_outside_azure
from aks_audit.settings import ExternalPrefix, Settings
from tests.estate import Estate, subnet
from tests.networks import findings, messages, network_of, only, unknowns


def a_network(*declared: str, model: str = "cni-overlay", refused: tuple[str, ...] = ()) -> Network:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    cluster = estate.cluster("aks1", model, subnet=subnet(vnet, "nodes"), service_cidr="172.16.0.0/16")  # type: ignore[arg-type]
    cluster["properties"]["networkProfile"] |= {"podCidr": "10.244.0.0/16", "podCidrs": ["10.244.0.0/16"]}
    prefixes = tuple(ExternalPrefix(prefix=ip_network(text), name="berlin") for text in declared)
    return network_of(estate, refused=refused, settings=Settings(external_prefixes=prefixes))


def test_is_quiet_where_nothing_is_declared_or_nothing_shared() -> None:
    assert messages(range_in_use_outside_azure, a_network()) == []
    assert messages(range_in_use_outside_azure, a_network("10.2.0.0/16", "192.168.0.0/16", "fd00::/8")) == []


def test_finds_a_pod_and_a_service_cidr_at_once() -> None:
    finding = only(findings(range_in_use_outside_azure, a_network("10.244.8.0/24", "172.16.0.0/12")))
    assert finding.message == (
        "aks1: pod CIDR 10.244.0.0/16 overlaps 10.244.8.0/24, in use at berlin, "
        "service CIDR 172.16.0.0/16 overlaps 172.16.0.0/12, in use at berlin"
    )
    assert finding.severity is None
    assert finding.cluster_id == finding.resource_id
    assert [(e.path.rpartition(".")[2], e.value) for e in finding.evidence] == [
        ("podCidrs", ("10.244.0.0/16",)),
        ("serviceCidrs", ("172.16.0.0/16",)),
    ]


def test_finds_the_virtual_network() -> None:
    finding = only(findings(range_in_use_outside_azure, a_network("10.1.128.0/17")))
    assert finding.message == "vnet: address space 10.1.0.0/16 overlaps 10.1.128.0/17, in use at berlin"
    assert finding.resource_id.name == "vnet"
    assert finding.cluster_id is not None
    assert [resource.name for resource in finding.affected] == ["aks1"]
    assert [(e.path, e.value) for e in finding.evidence] == [
        ("properties.addressSpace.addressPrefixes", ("10.1.0.0/16",))
    ]


def test_ignores_a_pod_cidr_that_means_nothing() -> None:
    assert messages(range_in_use_outside_azure, a_network("10.244.0.0/16", model="cni-node-subnet")) == []


def test_cannot_tell_without_the_virtual_network_where_something_is_declared() -> None:
    refused = ("Microsoft.Network/virtualNetworks",)
    assert [u.gap.status for u in unknowns(range_in_use_outside_azure, a_network("10.9.0.0/16", refused=refused))] == [
        403
    ]
    assert messages(range_in_use_outside_azure, a_network(refused=refused)) == []


def test_is_of_high_severity_where_nothing_is_said() -> None:
    assert range_in_use_outside_azure.severity is Severity.HIGH
