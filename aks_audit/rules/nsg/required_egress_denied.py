from __future__ import annotations

from collections.abc import Iterator

from ...analysis.required_flows import Need
from ...findings import Finding, Severity, Unknown, rule
from ...model import Network
from .denials import report


@rule(
    title="A security group denies HTTPS to the API server or to system images",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/outbound-rules-control-egress",
    more_sources=(
        "https://learn.microsoft.com/azure/aks/limit-egress-traffic",
        "https://github.com/Azure/ARO-HCP/pull/6278",
    ),
    covers=("NSG-05",),
    disrupts="nothing",
)
def required_egress_denied(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    An outbound rule that denies TCP 443 from the nodes to what they cannot do without: the API server (at a public
    address in the region's AzureCloud, or at the private endpoint of a private cluster) and the registry of system
    images, MicrosoftContainerRegistry. Clusters whose outbound type is `none` or `block` are not asked for the
    registry. With API server VNet integration the server's own subnet is looked at by another rule.

    ## Why it matters
    Nodes that cannot reach the API server turn NotReady and are not replaced, and a new node fails to join with
    `VMExtensionProvisioningError` (K8SAPIServerConnFail, or OutboundConnFail for the images). A firewall behind a
    default route does not help: the group drops the packet before it is routed. What AKS needs are names with
    changing addresses, so a list of prefixes cannot stand for them; whether a prefix covers them is unknown here.

    ## How to fix it
    Allow 443 to the tags above the rule that denies, and let a firewall with the FQDN tag AzureKubernetesService
    judge the names.

    ```azurecli
    az network nsg rule create --resource-group RG --nsg-name NSG --name allow-aks --priority 240 \\
      --direction Outbound --access Allow --protocol Tcp --source-address-prefixes '*' --source-port-ranges '*' \\
      --destination-address-prefixes AzureCloud --destination-port-ranges 443
    ```

    ```bicep
    properties: {
      priority: 240, direction: 'Outbound', access: 'Allow', protocol: 'Tcp'
      sourceAddressPrefix: '*', sourcePortRange: '*'
      destinationAddressPrefix: 'AzureCloud', destinationPortRange: '443'
    }
    ```

    ```terraform
    security_rule {
      name                       = "allow-aks"
      priority                   = 240
      direction                  = "Outbound"
      access                     = "Allow"
      protocol                   = "Tcp"
      source_port_range          = "*"
      destination_port_range     = "443"
      source_address_prefix      = "*"
      destination_address_prefix = "AzureCloud"
    }
    ```
    """
    yield from report(network, Need.EGRESS)
