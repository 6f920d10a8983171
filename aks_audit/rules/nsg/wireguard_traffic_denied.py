from __future__ import annotations

from collections.abc import Iterator

from ...analysis.required_flows import Need
from ...findings import Finding, Severity, Unknown, rule
from ...model import Network
from .denials import Hit, cause_of, hits_of, report
from .ports import is_wireguard_alone


@rule(
    title="WireGuard encrypts traffic between nodes, and its port is closed",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/how-to-apply-wireguard",
    covers=("NSG-09",),
    disrupts="nothing",
)
def wireguard_traffic_denied(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with WireGuard as its transit encryption, and a security rule that denies UDP 51871 between its nodes.
    A rule that denies more than that port between nodes is told as such and not again.

    ## Why it matters
    All traffic between pods on different nodes goes through the tunnel. With its port closed the nodes still look
    Ready, and every connection from node to node hangs.

    ## How to fix it
    Allow UDP 51871 between the node subnets above the rule that denies.

    ```azurecli
    az network nsg rule create --resource-group RG --nsg-name NSG --name allow-wireguard --priority 260 \\
      --direction Inbound --access Allow --protocol Udp --source-address-prefixes 10.1.0.0/24 \\
      --source-port-ranges '*' --destination-address-prefixes 10.1.0.0/24 --destination-port-ranges 51871
    ```

    ```bicep
    properties: {
      priority: 260, direction: 'Inbound', access: 'Allow', protocol: 'Udp'
      sourceAddressPrefix: '10.1.0.0/24', sourcePortRange: '*'
      destinationAddressPrefix: '10.1.0.0/24', destinationPortRange: '51871'
    }
    ```

    ```terraform
    security_rule {
      name                       = "allow-wireguard"
      priority                   = 260
      direction                  = "Inbound"
      access                     = "Allow"
      protocol                   = "Udp"
      source_port_range          = "*"
      destination_port_range     = "51871"
      source_address_prefix      = "10.1.0.0/24"
      destination_address_prefix = "10.1.0.0/24"
    }
    ```
    """

    def is_alone(hit: Hit) -> bool:
        same = [other for other in hits_of(network, hit.cluster, Need.NODES) if _same(other, hit)]
        return all(is_wireguard_alone(other) for other in same)

    yield from report(network, Need.WIREGUARD, concerns=lambda cluster: cluster.encrypts_transit, counts=is_alone)


def _same(one: Hit, other: Hit) -> bool:
    return cause_of(one.part.by) == cause_of(other.part.by)
