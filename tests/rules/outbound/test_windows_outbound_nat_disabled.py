from aks_audit.rules.outbound.windows_outbound_nat_disabled import windows_outbound_nat_disabled
from tests.estate import Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import an_estate, properties


def pools(*, off: bool = True) -> list[Pool]:
    extra = {"windowsProfile": {"disableOutboundNat": off}}
    return [Pool(), Pool(name="win1", mode="User", os_type="Windows", extra=extra)]


def test_is_quiet_with_outbound_nat_and_under_other_types() -> None:
    assert messages(windows_outbound_nat_disabled, network_of(an_estate("loadBalancer", *pools(off=False))[0])) == []
    assert messages(windows_outbound_nat_disabled, network_of(an_estate("userAssignedNATGateway", *pools())[0])) == []


def test_finds_the_windows_pools_where_it_is_off() -> None:
    finding = only(findings(windows_outbound_nat_disabled, network_of(an_estate("loadBalancer", *pools())[0])))
    assert finding.message == (
        "aks1: outbound NAT is off on Windows pool win1, and outbound type loadBalancer translates only the nodes' own "
        "addresses"
    )
    assert [(line.path, line.value) for line in finding.evidence] == [
        ("properties.networkProfile.outboundType", "loadBalancer"),
        ("properties.agentPoolProfiles[win1].windowsProfile.disableOutboundNat", True),
    ]
    assert [item.name for item in finding.affected] == ["win1"]


def test_cannot_tell_without_the_pools() -> None:
    estate, _ = an_estate()
    properties(estate)["agentPoolProfiles"] = []
    assert len(unknowns(windows_outbound_nat_disabled, network_of(estate))) == 1


def test_goes_on_after_another_type_and_names_all_pools() -> None:
    estate, vnet = an_estate("userAssignedNATGateway")
    extra = {"windowsProfile": {"disableOutboundNat": True}}
    more = Pool(name="win2", mode="User", os_type="Windows", extra=extra)
    estate.cluster("aks2", subnet=subnet(vnet, "more"), pools=[*pools(), more])
    del properties(estate, 1)["networkProfile"]["outboundType"]
    finding = only(findings(windows_outbound_nat_disabled, network_of(estate)))
    assert finding.message == (
        "aks2: outbound NAT is off on Windows pools win1, win2, and outbound type loadBalancer translates only the "
        "nodes' own addresses"
    )
    assert finding.cluster_id == finding.resource_id
