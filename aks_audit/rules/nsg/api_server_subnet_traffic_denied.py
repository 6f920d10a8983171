from __future__ import annotations

from collections.abc import Iterator

from ...analysis.required_flows import Need
from ...findings import Finding, Severity, Unknown, rule
from ...model import Network
from .denials import report


@rule(
    title="A security group cuts the API server's own subnet off",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/api-server-vnet-integration",
    more_sources=("https://github.com/MicrosoftDocs/azure-aks-docs/pull/87",),
    covers=("NSG-08",),
    disrupts="nothing",
)
def api_server_subnet_traffic_denied(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    With API server VNet integration: a rule, on the way out of the node subnet or into the API server's, that denies
    TCP 443 or 4443 from the nodes, or TCP 9988 from the tag AzureLoadBalancer.

    ## Why it matters
    Nodes talk to the API server by its address in that subnet, without any other way. With 443 or 4443 closed they
    turn NotReady; with 9988 closed the load balancer in front of the API server finds no healthy backend and
    everybody loses it.

    ## How to fix it
    Allow both in the group of the API server's subnet, above the rule that denies.

    ```azurecli
    az network nsg rule create --resource-group RG --nsg-name NSG --name allow-nodes --priority 200 \\
      --direction Inbound --access Allow --protocol Tcp --source-address-prefixes 10.1.0.0/24 \\
      --source-port-ranges '*' --destination-address-prefixes '*' --destination-port-ranges 443 4443
    az network nsg rule create --resource-group RG --nsg-name NSG --name allow-probes --priority 210 \\
      --direction Inbound --access Allow --protocol Tcp --source-address-prefixes AzureLoadBalancer \\
      --source-port-ranges '*' --destination-address-prefixes '*' --destination-port-ranges 9988
    ```

    ```bicep
    properties: {
      priority: 200, direction: 'Inbound', access: 'Allow', protocol: 'Tcp'
      sourceAddressPrefix: '10.1.0.0/24', sourcePortRange: '*'
      destinationAddressPrefix: '*', destinationPortRanges: ['443', '4443']
    }
    ```

    ```terraform
    security_rule {
      name                       = "allow-nodes"
      priority                   = 200
      direction                  = "Inbound"
      access                     = "Allow"
      protocol                   = "Tcp"
      source_port_range          = "*"
      destination_port_ranges    = ["443", "4443"]
      source_address_prefix      = "10.1.0.0/24"
      destination_address_prefix = "*"
    }
    ```
    """
    yield from report(network, Need.API_SERVER_SUBNET, concerns=lambda cluster: cluster.api_server_vnet_integration)
