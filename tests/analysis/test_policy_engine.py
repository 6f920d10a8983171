import pytest

from aks_audit.analysis.policy_engine import PolicyEngine, engine_of
from aks_audit.inventory import Gap
from tests.estate import Estate
from tests.networks import network_of


@pytest.mark.parametrize(
    ("plugin", "dataplane", "policy", "engine"),
    [
        ("azure", "azure", "none", PolicyEngine.NONE),
        ("azure", None, None, PolicyEngine.NONE),
        ("kubenet", None, "NONE", PolicyEngine.NONE),
        ("azure", "cilium", "none", PolicyEngine.NONE),
        ("azure", "cilium", None, PolicyEngine.CILIUM),
        ("azure", "cilium", "Cilium", PolicyEngine.CILIUM),
        ("azure", None, "Azure", PolicyEngine.AZURE),
        ("kubenet", None, "calico", PolicyEngine.CALICO),
        ("None", None, "none", PolicyEngine.OWN),
        ("none", "cilium", "antrea", PolicyEngine.OWN),
        ("azure", None, "antrea", None),
        (None, None, None, None),
        (None, None, "none", None),
        (None, None, "calico", PolicyEngine.CALICO),
    ],
)
def test_a_text_is_not_an_engine(
    plugin: str | None, dataplane: str | None, policy: str | None, engine: PolicyEngine | None
) -> None:
    estate = Estate()
    profile = estate.cluster("aks1")["properties"]["networkProfile"]
    profile |= {"networkPlugin": plugin, "networkDataplane": dataplane, "networkPolicy": policy}
    found = engine_of(network_of(estate).clusters[0])
    assert found is engine if engine else isinstance(found, Gap)
