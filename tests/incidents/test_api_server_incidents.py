"""What happened to real people who filtered their API server and locked their own nodes out."""

from __future__ import annotations

from aks_audit.findings import Severity

from .scenarios import a_network, found, incident

OFFICE = "198.51.100.0/24"


@incident("https://github.com/MicrosoftDocs/azure-docs/issues/97437", in_figures=False)
def test_authorized_ranges_without_the_address_of_the_nat_gateway() -> None:
    estate = a_network(
        model="cni-overlay",
        nodes="10.1.0.0/22",
        outbound_type="userAssignedNATGateway",
        authorized_ip_ranges=[OFFICE],
    )
    (address,) = [pip["properties"]["ipAddress"] for pip in estate.of_type("publicIPAddresses")]
    finding = found(estate, "egress-address-not-authorized")
    assert finding.severity is Severity.CRITICAL
    assert address in finding.finding.message
    assert "VMExtensionError_K8SAPIServerConnFail" in finding.finding.message


@incident("https://github.com/MicrosoftDocs/azure-docs/issues/111834", in_figures=False)
def test_authorized_ranges_without_the_address_of_the_firewall() -> None:
    estate = a_network(
        model="cni-overlay", nodes="10.1.0.0/22", outbound_type="userDefinedRouting", authorized_ip_ranges=[OFFICE]
    )
    (firewall,) = estate.of_type("azureFirewalls")
    finding = found(estate, "egress-address-not-authorized")
    assert finding.severity is Severity.CRITICAL
    assert firewall["name"] in finding.finding.message
