from aks_audit.findings import Evidence, Severity
from aks_audit.inventory import ResourceId
from aks_audit.rules.lifecycle.preview_feature_used import preview_feature_used
from tests.estate import Estate, Json, Pool
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import an_estate, hide


def network_profile(cluster: Json) -> Json:
    found: Json = cluster["properties"]["networkProfile"]
    return found


def test_is_quiet_about_what_is_generally_available() -> None:
    for outbound in ("loadBalancer", "managedNATGateway", "none"):
        estate = Estate()
        estate.cluster("aks1", outbound_type=outbound)
        assert messages(preview_feature_used, network_of(estate)) == []
    estate, _ = an_estate(Pool(extra={"upgradeStrategy": "Rolling"}))
    assert messages(preview_feature_used, network_of(estate)) == []


def test_finds_everything_in_one() -> None:
    estate, cluster = an_estate(Pool(), Pool(name="np2", mode="User", extra={"upgradeStrategy": "BlueGreen"}))
    profile = network_profile(cluster)
    profile["outboundType"] = "managedNATGatewayV2"
    profile["natGatewayProfile"] = {"sku": "StandardV2"}
    profile["loadBalancerProfile"]["enableMultipleStandardLoadBalancers"] = True
    cluster["properties"]["apiServerAccessProfile"] = {"authorizedIPRanges": ["198.51.100.0/24", "AzureDevOps"]}
    finding = only(findings(preview_feature_used, network_of(estate)))
    assert finding.message == (
        "aks1 uses previews: outbound type managedNATGatewayV2, a managed NAT gateway of SKU StandardV2, "
        "several standard load balancers, blue-green upgrades of np2, service tag AzureDevOps in authorizedIPRanges"
    )
    own, path = ResourceId.of(cluster["id"]), "properties.networkProfile"
    assert finding.evidence == (
        Evidence(own, f"{path}.outboundType", "managedNATGatewayV2"),
        Evidence(own, f"{path}.natGatewayProfile.sku", "StandardV2"),
        Evidence(own, f"{path}.loadBalancerProfile.enableMultipleStandardLoadBalancers", True),
        Evidence(own, "properties.agentPoolProfiles[np2].upgradeStrategy", "BlueGreen"),
        Evidence(own, "properties.apiServerAccessProfile.authorizedIPRanges", ("AzureDevOps",)),
    )
    assert finding.cluster_id == finding.resource_id == own
    assert preview_feature_used.severity is Severity.INFO


def test_finds_the_outbound_type_block() -> None:
    estate, cluster = an_estate()
    network_profile(cluster)["outboundType"] = "Block"
    assert messages(preview_feature_used, network_of(estate)) == ["aks1 uses previews: outbound type Block"]


def test_cannot_tell_where_the_profile_does_not_parse() -> None:
    estate, cluster = an_estate()
    hide(cluster)
    assert [u.gap.code for u in unknowns(preview_feature_used, network_of(estate))] == ["InvalidValue"]
