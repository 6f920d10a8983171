from __future__ import annotations

from collections.abc import Iterator

from ...analysis.required_flows import Need
from ...findings import Finding, Severity, Unknown, rule
from ...model import Network
from .denials import report
from .ports import is_wireguard_alone, severity_of


@rule(
    title="A security group denies traffic between nodes of a cluster",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/concepts-network-cni-overview",
    more_sources=(
        "https://learn.microsoft.com/azure/aks/outbound-rules-control-egress",
        "https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works",
        "https://github.com/Azure/AKS/issues/595",
    ),
    covers=("NSG-01",),
    disrupts="nothing",
)
def node_traffic_denied(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A rule of the security group on a node subnet, or on the nodes' NICs, that denies packets from a node subnet of
    the cluster to a node subnet of the same cluster. Earlier rules, both groups and both directions are taken into
    account; the finding names the rule that decides. It is high where only ports that applications may use are
    closed, and low for 22 and 3389 alone.

    ## Why it matters
    A security group applies inside a subnet as well. Nodes reach each other's kubelets on 10250, DNS in other pools
    on 53, and with Azure CNI in one subnet the same addresses are pods': with a deny in between, system pods fail
    their probes within minutes, `kubectl logs` and `exec` end in timeouts, and names do not resolve. AKS does not
    support blocking traffic inside the cluster's subnets. Not seen here: security admin rules of Azure Virtual
    Network Manager. They are evaluated before every security group and stand in none.

    ## How to fix it
    Put an Allow between the cluster's own subnets above the rule, or narrow the rule.

    ```azurecli
    az network nsg rule create --resource-group RG --nsg-name NSG --name allow-nodes --priority 200 \\
      --direction Inbound --access Allow --protocol '*' --source-address-prefixes 10.1.0.0/24 \\
      --source-port-ranges '*' --destination-address-prefixes 10.1.0.0/24 --destination-port-ranges '*'
    ```

    ```bicep
    resource allowNodes 'Microsoft.Network/networkSecurityGroups/securityRules@2024-05-01' = {
      parent: nsg
      name: 'allow-nodes'
      properties: {
        priority: 200, direction: 'Inbound', access: 'Allow', protocol: '*'
        sourceAddressPrefix: '10.1.0.0/24', sourcePortRange: '*'
        destinationAddressPrefix: '10.1.0.0/24', destinationPortRange: '*'
      }
    }
    ```

    ```terraform
    resource "azurerm_network_security_rule" "allow_nodes" {
      name                        = "allow-nodes"
      network_security_group_name = azurerm_network_security_group.nodes.name
      resource_group_name         = azurerm_resource_group.this.name
      priority                    = 200
      direction                   = "Inbound"
      access                      = "Allow"
      protocol                    = "*"
      source_address_prefix       = "10.1.0.0/24"
      source_port_range           = "*"
      destination_address_prefix  = "10.1.0.0/24"
      destination_port_range      = "*"
    }
    ```
    """
    yield from report(network, Need.NODES, counts=lambda hit: not is_wireguard_alone(hit), severity=severity_of)
