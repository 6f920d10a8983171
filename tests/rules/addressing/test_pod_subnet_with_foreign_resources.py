from aks_audit.rules.addressing.pod_subnet_with_foreign_resources import pod_subnet_with_foreign_resources
from tests.estate import Estate, Json, Model, subnet
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(model: Model = "cni-pod-subnet-dynamic") -> tuple[Estate, Json]:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/22", "pods": "10.1.16.0/20"})
    estate.cluster("aks1", model, subnet=subnet(vnet, "nodes"), pod_subnet=subnet(vnet, "pods"))
    return estate, subnet(vnet, "pods")


def test_is_quiet_about_pods_alone() -> None:
    assert messages(pod_subnet_with_foreign_resources, network_of(an_estate()[0])) == []
    assert messages(pod_subnet_with_foreign_resources, network_of(an_estate("cni-pod-subnet-static")[0])) == []


def test_finds_a_machine_and_an_endpoint() -> None:
    estate, pods = an_estate()
    estate.virtual_machine_nic(pods, "jump")
    estate.private_endpoint(pods, "pe-blob")
    finding = only(findings(pod_subnet_with_foreign_resources, network_of(estate)))
    assert finding.message == (
        "pod subnet pods holds what does not belong there: privateEndpoint pe-blob, virtualMachine jump"
    )
    assert len(finding.affected) == 3


def test_is_quiet_about_what_azure_itself_put_there() -> None:
    estate, pods = an_estate()
    hidden = "/subscriptions/00000000-0000-0000-0000-0000000000ff/resourceGroups/hobo/providers"
    nic = f"{hidden}/Microsoft.Network/networkInterfaces/nc1/ipConfigurations/ip1"
    pods["properties"]["ipConfigurations"] = [{"id": nic}]
    assert messages(pod_subnet_with_foreign_resources, network_of(estate)) == []


def test_cannot_tell_without_the_subnet() -> None:
    network = network_of(an_estate()[0], refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(pod_subnet_with_foreign_resources, network)] == [403]
