from aks_audit.rules.outbound.load_balancer_sku_drifted import load_balancer_sku_drifted
from tests.estate import subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import an_estate, properties


def test_is_quiet_where_both_agree_and_where_there_is_none() -> None:
    estate, _ = an_estate()
    assert messages(load_balancer_sku_drifted, network_of(estate)) == []
    estate.of_type("loadBalancers")[0]["sku"]["name"] = "Basic"
    properties(estate)["networkProfile"]["loadBalancerSku"] = "basic"
    assert messages(load_balancer_sku_drifted, network_of(estate)) == []
    assert messages(load_balancer_sku_drifted, network_of(an_estate("userAssignedNATGateway")[0])) == []


def test_finds_a_basic_one_under_standard() -> None:
    estate, _ = an_estate()
    estate.of_type("loadBalancers")[0]["sku"]["name"] = "Basic"
    finding = only(findings(load_balancer_sku_drifted, network_of(estate)))
    assert finding.message == "aks1: loadBalancerSku is standard, but load balancer kubernetes is Basic"
    assert [(line.path, line.value) for line in finding.evidence] == [
        ("properties.networkProfile.loadBalancerSku", "standard"),
        ("sku.name", "Basic"),
    ]


def test_finds_a_standard_one_under_basic_and_takes_an_absent_sku_for_basic() -> None:
    estate, _ = an_estate()
    properties(estate)["networkProfile"]["loadBalancerSku"] = "Basic"
    assert messages(load_balancer_sku_drifted, network_of(estate)) == [
        "aks1: loadBalancerSku is Basic, but load balancer kubernetes is Standard"
    ]
    del estate.of_type("loadBalancers")[0]["sku"]
    assert messages(load_balancer_sku_drifted, network_of(estate)) == []


def test_waits_while_an_operation_runs_and_asks_nothing_without_a_sku() -> None:
    estate, _ = an_estate()
    estate.of_type("loadBalancers")[0]["sku"]["name"] = "Basic"
    properties(estate)["provisioningState"] = "Updating"
    assert messages(load_balancer_sku_drifted, network_of(estate)) == []
    properties(estate)["provisioningState"] = "Succeeded"
    del properties(estate)["networkProfile"]["loadBalancerSku"]
    assert messages(load_balancer_sku_drifted, network_of(estate)) == []


def test_cannot_tell_without_the_load_balancer() -> None:
    network = network_of(an_estate()[0], refused=["Microsoft.Network/loadBalancers"])
    assert [u.gap.status for u in unknowns(load_balancer_sku_drifted, network)] == [403]


def test_goes_on_after_a_cluster_without_a_sku_and_reads_an_absent_one_as_basic() -> None:
    estate, vnet = an_estate()
    del properties(estate)["networkProfile"]["loadBalancerSku"]
    estate.cluster("aks2", subnet=subnet(vnet, "more"))
    del estate.of_type("loadBalancers")[1]["sku"]
    finding = only(findings(load_balancer_sku_drifted, network_of(estate)))
    assert finding.message == "aks2: loadBalancerSku is standard, but load balancer kubernetes is Basic"
    assert finding.cluster_id
    assert finding.cluster_id.name == "aks2"
    assert finding.evidence[1].value is None
