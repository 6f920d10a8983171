from __future__ import annotations

from collections.abc import Iterator

from ...analysis.required_flows import Need
from ...findings import Finding, Severity, Unknown, rule
from ...model import Network
from .denials import report


@rule(
    title="A security group denies DNS to the virtual network's own servers",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/outbound-rules-control-egress",
    more_sources=(
        "https://learn.microsoft.com/azure/virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances",
    ),
    covers=("NSG-06",),
    disrupts="nothing",
)
def custom_dns_denied(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    An outbound rule that denies UDP 53 from the nodes to a DNS server that their virtual network names. Azure's own
    resolver at 168.63.129.16 is outside such rules.

    ## Why it matters
    Nodes and CoreDNS forward what they do not know to these servers. With the port closed no name outside the
    cluster resolves, that of the API server included, and new nodes fail with `VMExtensionProvisioningError`
    (K8SAPIServerDNSLookupFail).

    ## How to fix it
    Allow port 53 to the servers above the rule that denies.

    ```azurecli
    az network nsg rule create --resource-group RG --nsg-name NSG --name allow-dns --priority 250 \\
      --direction Outbound --access Allow --protocol '*' --source-address-prefixes '*' --source-port-ranges '*' \\
      --destination-address-prefixes 10.0.0.4 10.0.0.5 --destination-port-ranges 53
    ```

    ```bicep
    properties: {
      priority: 250, direction: 'Outbound', access: 'Allow', protocol: '*'
      sourceAddressPrefix: '*', sourcePortRange: '*'
      destinationAddressPrefixes: ['10.0.0.4', '10.0.0.5'], destinationPortRange: '53'
    }
    ```

    ```terraform
    security_rule {
      name                         = "allow-dns"
      priority                     = 250
      direction                    = "Outbound"
      access                       = "Allow"
      protocol                     = "*"
      source_port_range            = "*"
      destination_port_range       = "53"
      source_address_prefix        = "*"
      destination_address_prefixes = ["10.0.0.4", "10.0.0.5"]
    }
    ```
    """
    yield from report(network, Need.DNS)
