from __future__ import annotations

from collections.abc import Iterator

from ...analysis.required_flows import Need
from ...findings import Finding, Severity, Unknown, rule
from ...model import Network
from .denials import report


@rule(
    title="A security group denies Azure's own resolver by its tag",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/virtual-network/service-tags-overview",
    more_sources=(
        "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
        "https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16",
    ),
    covers=("VNT-09",),
    disrupts="nothing",
)
def azure_dns_denied(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    An outbound rule that denies the tag AzurePlatformDNS to nodes in a virtual network that uses Azure's resolver.
    Rules without that tag, a deny of everything among them, leave 168.63.129.16 alone, and so do routes.

    ## Why it matters
    All name resolution of nodes and of CoreDNS's upstream stops: the API server, registries and storage are not
    found, new nodes fail with `VMExtensionProvisioningError` (K8SAPIServerDNSLookupFail). The rule is meant for
    networks with DNS servers of their own; those servers need the resolver too.

    ## How to fix it
    Remove the rule, or name DNS servers for the virtual network and restart the nodes.

    ```azurecli
    az network nsg rule delete --resource-group RG --nsg-name NSG --name deny-azure-dns
    ```

    ```bicep
    properties: {
      securityRules: [] // without the rule whose destinationAddressPrefix is 'AzurePlatformDNS'
    }
    ```

    ```terraform
    resource "azurerm_network_security_group" "nodes" {
      name                = "nsg-nodes"
      location            = azurerm_resource_group.this.location
      resource_group_name = azurerm_resource_group.this.name
      # no security_rule with destination_address_prefix = "AzurePlatformDNS"
    }
    ```
    """
    yield from report(network, Need.AZURE_DNS)
