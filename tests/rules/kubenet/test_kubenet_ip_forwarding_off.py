from aks_audit.findings import Unknown
from aks_audit.rules.kubenet.kubenet_ip_forwarding_off import kubenet_ip_forwarding_off
from tests.estate import Estate, Pool
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import SCALE_SET_NICS, a_kubenet_estate, the_cluster


def test_is_quiet_where_forwarding_is_on() -> None:
    assert messages(kubenet_ip_forwarding_off, network_of(a_kubenet_estate())) == []


def test_finds_all_nodes_of_a_cluster_at_once() -> None:
    estate = a_kubenet_estate(subnets=2)
    for nic in estate.nics(the_cluster(estate))[1:5]:
        nic["properties"]["enableIPForwarding"] = False
    finding = only(findings(kubenet_ip_forwarding_off, network_of(estate)))
    assert finding.message.startswith("IP forwarding is off on 4 of 6 nodes of aks1: aks-np1-")
    assert len(finding.affected) == 4
    assert {e.value for e in finding.evidence} == {False}


def test_finds_nodes_of_availability_sets() -> None:
    estate = a_kubenet_estate(pools=[Pool(type="AvailabilitySet")])
    estate.nics(the_cluster(estate))[0]["properties"]["enableIPForwarding"] = False
    assert len(messages(kubenet_ip_forwarding_off, network_of(estate))) == 1


def test_does_not_ask_it_of_other_network_models() -> None:
    estate = Estate()
    estate.cluster("aks1", "cni-overlay")
    assert messages(kubenet_ip_forwarding_off, network_of(estate)) == []


def test_cannot_tell_where_the_field_is_absent() -> None:
    estate = a_kubenet_estate()
    nics = estate.nics(the_cluster(estate))
    del nics[0]["properties"]["enableIPForwarding"]
    nics[1]["properties"]["enableIPForwarding"] = None
    (answer,) = unknowns(kubenet_ip_forwarding_off, network_of(estate))
    assert (answer.gap.code, answer.gap.scope) == ("NotCollected", nics[0]["id"])
    assert "vmss000000, aks-np1-" in answer.gap.message


def test_finds_some_and_cannot_tell_of_others() -> None:
    estate = a_kubenet_estate()
    nics = estate.nics(the_cluster(estate))
    nics[0]["properties"]["enableIPForwarding"] = False
    nics[1]["properties"]["enableIPForwarding"] = "perhaps"
    answers = list(kubenet_ip_forwarding_off.check(network_of(estate)))
    assert [a.gap.code for a in answers if isinstance(a, Unknown)] == ["InvalidValue"]
    assert len(answers) == 2


def test_cannot_tell_without_the_nics() -> None:
    network = network_of(a_kubenet_estate(), refused=[SCALE_SET_NICS])
    assert [u.gap.status for u in unknowns(kubenet_ip_forwarding_off, network)] == [403]
