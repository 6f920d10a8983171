from __future__ import annotations

from collections.abc import Iterator

from ...analysis.required_flows import Need
from ...findings import Finding, Severity, Unknown, rule
from ...model import Network
from .denials import report
from .ports import severity_of


@rule(
    title="A security group denies traffic between nodes and pods",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay",
    more_sources=("https://github.com/MicrosoftDocs/azure-docs/issues/87136",),
    covers=("NSG-02",),
    disrupts="nothing",
)
def node_to_pod_traffic_denied(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A security rule that denies packets between node addresses and pod addresses: the pod CIDR of a kubenet or
    overlay cluster, or the pod subnet. What is denied between nodes already is told there and not again.

    ## Why it matters
    Packets of kubenet and overlay pods cross the subnet with the pod's own address, so a rule that allows nothing but
    the subnet's prefix drops them. Kubelets then fail the probes of every pod, services stop on nodes without a local
    pod, and DNS fails wherever CoreDNS runs elsewhere. Azure's pages disagree on the direction for overlay (one
    asks for node to pod, the other for pod to node), so both are checked. Not verified: whether the tag
    VirtualNetwork covers an overlay pod CIDR; an Allow by it is taken as enough, since the default rules rest on it.

    ## How to fix it
    Allow the pod range and the node subnet to reach each other, above the rule that denies.

    ```azurecli
    az network nsg rule create --resource-group RG --nsg-name NSG --name allow-pods --priority 210 \\
      --direction Inbound --access Allow --protocol '*' --source-port-ranges '*' \\
      --source-address-prefixes 10.244.0.0/16 10.1.0.0/24 \\
      --destination-address-prefixes 10.244.0.0/16 10.1.0.0/24 --destination-port-ranges '*'
    ```

    ```bicep
    properties: {
      priority: 210, direction: 'Inbound', access: 'Allow', protocol: '*'
      sourcePortRange: '*', destinationPortRange: '*'
      sourceAddressPrefixes: ['10.244.0.0/16', '10.1.0.0/24']
      destinationAddressPrefixes: ['10.244.0.0/16', '10.1.0.0/24']
    }
    ```

    ```terraform
    security_rule {
      name                         = "allow-pods"
      priority                     = 210
      direction                    = "Inbound"
      access                       = "Allow"
      protocol                     = "*"
      source_port_range            = "*"
      destination_port_range       = "*"
      source_address_prefixes      = ["10.244.0.0/16", "10.1.0.0/24"]
      destination_address_prefixes = ["10.244.0.0/16", "10.1.0.0/24"]
    }
    ```
    """
    yield from report(network, Need.NODES_AND_PODS, told_elsewhere=(Need.NODES,), severity=severity_of)
