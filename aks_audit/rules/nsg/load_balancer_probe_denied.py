from __future__ import annotations

from collections.abc import Iterator

from ...analysis.required_flows import Need
from ...findings import Finding, Severity, Unknown, rule
from ...model import Network
from .denials import report


@rule(
    title="A security group denies the load balancer's health probes",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    more_sources=(
        "https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16",
        "https://github.com/Azure/vdc/issues/21",
    ),
    covers=("NSG-04",),
    disrupts="nothing",
)
def load_balancer_probe_denied(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    An inbound rule that denies probes from 168.63.129.16, the address behind the tag AzureLoadBalancer, to the
    nodes: on the ports that the cluster's load balancers probe, or on node ports (30000 to 32767) where they probe
    none yet. It stands above the default rule AllowAzureLoadBalancerInBound (65001).

    ## Why it matters
    Without probes every backend counts as unhealthy, and the load balancer sends no connection on: services of type
    LoadBalancer time out although pods, endpoints and the ports of the service are fine. A rule that denies the
    tag VirtualNetwork does it too, since that tag holds the host's address.

    ## How to fix it
    Allow the tag AzureLoadBalancer above the rule that denies.

    ```azurecli
    az network nsg rule create --resource-group RG --nsg-name NSG --name allow-probes --priority 230 \\
      --direction Inbound --access Allow --protocol '*' --source-address-prefixes AzureLoadBalancer \\
      --source-port-ranges '*' --destination-address-prefixes '*' --destination-port-ranges '*'
    ```

    ```bicep
    properties: {
      priority: 230, direction: 'Inbound', access: 'Allow', protocol: '*'
      sourceAddressPrefix: 'AzureLoadBalancer', sourcePortRange: '*'
      destinationAddressPrefix: '*', destinationPortRange: '*'
    }
    ```

    ```terraform
    security_rule {
      name                       = "allow-probes"
      priority                   = 230
      direction                  = "Inbound"
      access                     = "Allow"
      protocol                   = "*"
      source_port_range          = "*"
      destination_port_range     = "*"
      source_address_prefix      = "AzureLoadBalancer"
      destination_address_prefix = "*"
    }
    ```
    """
    yield from report(network, Need.PROBES)
