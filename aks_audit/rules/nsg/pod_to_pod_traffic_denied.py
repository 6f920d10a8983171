from __future__ import annotations

from collections.abc import Iterator

from ...analysis.required_flows import Need
from ...findings import Finding, Severity, Unknown, rule
from ...model import Network
from .denials import report
from .ports import severity_of


@rule(
    title="A security group denies traffic between pods",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay",
    more_sources=("https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-pod-subnet",),
    covers=("NSG-03",),
    disrupts="nothing",
)
def pod_to_pod_traffic_denied(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A security rule that denies packets from pods to pods of one cluster: within the pod CIDR of a kubenet or overlay
    cluster, or within and between its pod subnets. What is denied between nodes, or between nodes and pods, by the
    same rule is told there and not again.

    ## Why it matters
    Overlay traffic is not encapsulated: the subnet's group sees pod addresses. Pods on one node still talk through
    its bridge, so the fault looks like a few pods that cannot reach others, depending on where they were scheduled.

    ## How to fix it
    Allow the pod range to reach itself, above the rule that denies.

    ```azurecli
    az network nsg rule create --resource-group RG --nsg-name NSG --name allow-pod-to-pod --priority 220 \\
      --direction Inbound --access Allow --protocol '*' --source-address-prefixes 10.244.0.0/16 \\
      --source-port-ranges '*' --destination-address-prefixes 10.244.0.0/16 --destination-port-ranges '*'
    ```

    ```bicep
    properties: {
      priority: 220, direction: 'Inbound', access: 'Allow', protocol: '*'
      sourceAddressPrefix: '10.244.0.0/16', sourcePortRange: '*'
      destinationAddressPrefix: '10.244.0.0/16', destinationPortRange: '*'
    }
    ```

    ```terraform
    security_rule {
      name                       = "allow-pod-to-pod"
      priority                   = 220
      direction                  = "Inbound"
      access                     = "Allow"
      protocol                   = "*"
      source_port_range          = "*"
      destination_port_range     = "*"
      source_address_prefix      = "10.244.0.0/16"
      destination_address_prefix = "10.244.0.0/16"
    }
    ```
    """
    elsewhere = (Need.NODES, Need.NODES_AND_PODS)
    yield from report(network, Need.PODS, told_elsewhere=elsewhere, severity=severity_of)
