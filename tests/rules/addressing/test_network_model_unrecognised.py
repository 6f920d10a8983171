import pytest

from aks_audit.findings import Severity
from aks_audit.rules.addressing.network_model_unrecognised import network_model_unrecognised
from tests.estate import MIXED, Estate, Json, Model
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(model: Model = "cni-overlay") -> tuple[Estate, Json]:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24", "pods": "10.1.16.0/20"})
    subnet, pods = vnet["properties"]["subnets"]
    return estate, estate.cluster("aks1", model, subnet=subnet, pod_subnet=pods)["properties"]


@pytest.mark.parametrize("model", [*MIXED, "byo"])
def test_is_quiet_about_every_model_there_is(model: Model) -> None:
    assert messages(network_model_unrecognised, network_of(an_estate(model)[0])) == []


def test_ignores_the_case_of_values() -> None:
    estate, properties = an_estate()
    properties["networkProfile"] |= {"networkPlugin": "Azure", "networkPluginMode": "Overlay"}
    assert messages(network_model_unrecognised, network_of(estate)) == []


def test_finds_a_plugin_that_does_not_exist() -> None:
    estate, properties = an_estate("cni-node-subnet")
    properties["networkProfile"]["networkPlugin"] = "Azure-cni"
    finding = only(findings(network_model_unrecognised, network_of(estate)))
    assert finding.message == (
        "aks1: networkPlugin 'Azure-cni' with networkPluginMode '' amounts to no known network model"
    )
    assert finding.evidence[0].value == "Azure-cni"


@pytest.mark.parametrize("model", ["kubenet", "cni-overlay"])
def test_finds_a_pool_that_contradicts_its_cluster(model: Model) -> None:
    estate, properties = an_estate(model)
    pool = properties["agentPoolProfiles"][0]
    pool["podSubnetID"] = pool["vnetSubnetID"].replace("/nodes", "/pods")
    finding = only(findings(network_model_unrecognised, network_of(estate)))
    assert finding.message.endswith("contradicts the podSubnetID of np1")
    assert finding.evidence[-1].value == pool["podSubnetID"]


def test_is_mild_about_answers_from_before_there_was_a_profile() -> None:
    estate, properties = an_estate()
    del properties["networkProfile"]
    finding = only(findings(network_model_unrecognised, network_of(estate)))
    assert finding.severity is Severity.LOW
    assert "ARM gave no network profile" in finding.message


def test_cannot_tell_from_a_plugin_that_does_not_parse() -> None:
    estate, properties = an_estate()
    properties["networkProfile"] |= {"networkPlugin": ["azure"], "networkPluginMode": None}
    assert [u.gap.code for u in unknowns(network_model_unrecognised, network_of(estate))] == ["InvalidValue"]
