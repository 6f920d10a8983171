from __future__ import annotations

import re
from collections.abc import Iterator

from ...analysis.node_places import node_places
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, SecurityGroup, SecurityRule
from .denials import rule_evidence

_WRITTEN_BY_CLOUD_PROVIDER = re.compile(r"k8s-azure-lb_.+|(shared|a[0-9a-f]{31})-.+", re.IGNORECASE)
"""Source: kubernetes-sigs/cloud-provider-azure, pkg/provider/securitygroup; before 1.29 after the service's UID."""


@rule(
    title="Somebody wrote rules into the security group that AKS manages",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/support-policies",
    more_sources=(
        "https://github.com/Azure/PSRule.Rules.Azure/issues/1686",
        "https://github.com/kubernetes-sigs/cloud-provider-azure/blob/master/pkg/provider/securitygroup/securitygroup.go",
    ),
    covers=("NSG-13",),
    disrupts="nothing",
)
def node_security_group_edited(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Rules in AKS's own security group, in the node resource group, whose names are none of those that the cloud
    provider for Azure writes for services. Rules that allow the host ports a pool opens, or that name a pool's
    application security groups, are AKS's too.

    ## Why it matters
    AKS does not support changes to this group. The cloud provider gives its own rules the priorities from 500 and
    passes over numbers that are taken, so a rule of yours may decide before a service's; nobody restores it when the
    cluster is made anew, and nobody looks for it there.

    ## How to fix it
    Move the rules into a group on a subnet of your own, and delete them here.

    ```azurecli
    az network nsg rule delete --resource-group NODE_RG --nsg-name aks-agentpool-12345678-nsg --name RULE
    ```

    ```bicep
    resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
      name: 'nsg-nodes' // on the subnet, in your own resource group
      location: location
      properties: { securityRules: [] }
    }
    ```

    ```terraform
    resource "azurerm_network_security_rule" "own" {
      network_security_group_name = azurerm_network_security_group.nodes.name # not aks-agentpool-12345678-nsg
      resource_group_name         = azurerm_resource_group.network.name
    }
    ```
    """
    found: dict[ResourceId, tuple[ManagedCluster, SecurityGroup]] = {}
    for cluster in network.clusters:
        places = node_places(network, cluster)
        gaps = [unknown(where, gap) for where, gap in places.unread]
        for place in places.known:
            if place.gap:
                gaps.append(unknown(cluster.id, place.gap))
            for group in (place.nic_group, place.subnet_group):
                if group and _is_own(cluster, group.id):
                    if group.gap:
                        gaps.append(unknown(group.id, group.gap))
                    found[group.id] = (cluster, group)
        yield from dict.fromkeys(gaps)
    for _, (cluster, group) in sorted(found.items(), key=lambda item: item[0]):
        foreign = [rule for rule in group.rules if not rule.is_default and not _is_of_aks(cluster, rule)]
        if foreign:
            yield _finding(cluster, group, foreign)


def _is_own(cluster: ManagedCluster, group_id: ResourceId) -> bool:
    place = (group_id.subscription, group_id.resource_group.lower())
    return place == (cluster.id.subscription, cluster.node_resource_group.lower())


def _is_of_aks(cluster: ManagedCluster, rule: SecurityRule) -> bool:
    if _WRITTEN_BY_CLOUD_PROVIDER.fullmatch(rule.name):
        return True
    opens = rule.is_inbound and rule.allows
    groups = {group for pool in cluster.node_pools for group in pool.application_security_group_ids}
    to_group = bool(groups.intersection(rule.destination.application_security_group_ids))
    return opens and (to_group or any(pool.opens_host_ports for pool in cluster.node_pools))


def _finding(cluster: ManagedCluster, group: SecurityGroup, foreign: list[SecurityRule]) -> Finding:
    names = ", ".join(
        f"{rule.name} ({rule.access} {'inbound' if rule.is_inbound else 'outbound'}, priority {rule.priority})"
        for rule in foreign[:3]
    )
    more = f" and {len(foreign) - 3} more" if len(foreign) > 3 else ""
    return Finding(
        group.id,
        f"{group.id.name} of {cluster.name} has {len(foreign)} {'rule' if len(foreign) == 1 else 'rules'} "
        f"that AKS did not write: {names}{more}",
        tuple(line for rule in foreign[:3] for line in rule_evidence(group.id, rule)),
        cluster_id=cluster.id,
    )
