from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_networks import clusters_by_network, networks_in_use
from ...analysis.overlaps import overlaps_by_owner
from ...analysis.ranges import Overlap, Relation
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import Network
from .ranges import listed, only_cluster, range_evidence, space_evidence, unread_networks


@rule(
    title="A range of the cluster is in use outside of Azure",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning",
    more_sources=("https://github.com/sassoftware/viya4-iac-azure/issues/259",),
    covers=("MDL-05",),
    disrupts="a new cluster",
)
def range_in_use_outside_azure(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A pod CIDR, a service CIDR or the virtual network of a cluster that shares addresses with a range which the
    configuration declares to be in use elsewhere (`external_prefixes`): a site, a partner, another cloud. What a
    gateway learns from there is not visible in Azure's management interface, so nothing is looked at besides.

    ## Why it matters
    Whoever has an address of the range cannot be reached: pods keep packets to the pod CIDR among themselves, nodes
    turn those to the service CIDR to services, and the network keeps those of its own space. With kubenet all nodes
    turned `NotReady` when a peering brought routes to a site that used the pod CIDR.

    ## How to fix it
    No range of a running cluster can be moved. Build a new cluster with ranges that nobody uses, for instance of
    100.64.0.0/10, which few sites have.

    ```azurecli
    az aks create --resource-group RG --name CLUSTER --network-plugin azure --network-plugin-mode overlay \\
      --pod-cidr 100.64.0.0/16 --service-cidr 172.20.0.0/16 --dns-service-ip 172.20.0.10
    ```

    ```bicep
    networkProfile: {
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
      podCidr: '100.64.0.0/16'
      serviceCidr: '172.20.0.0/16'
      dnsServiceIP: '172.20.0.10'
    }
    ```

    ```terraform
    network_profile {
      network_plugin      = "azure"
      network_plugin_mode = "overlay"
      pod_cidr            = "100.64.0.0/16"
      service_cidr        = "172.20.0.0/16"
      dns_service_ip      = "172.20.0.10"
    }
    ```
    """
    if not network.settings.external_prefixes:
        return
    for vnet in networks_in_use(network):
        clashes = _clashes(network, vnet.id)
        if clashes:
            clusters = clusters_by_network(network).get(vnet.id, ())
            yield Finding(
                vnet.id,
                f"{vnet.id.name}: {listed(map(_words, clashes))}",
                (space_evidence(vnet),),
                cluster_id=only_cluster(clusters),
                affected=tuple(cluster.id for cluster in clusters),
            )
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        yield from unread_networks(network, cluster)
        clashes = _clashes(network, cluster.id)
        if clashes:
            yield Finding(
                cluster.id,
                f"{cluster.name}: {listed(map(_words, clashes))}",
                range_evidence(cluster, "podCidrs", "serviceCidrs"),
                cluster_id=cluster.id,
            )


def _clashes(network: Network, owner: ResourceId) -> list[Overlap]:
    return [o for o in overlaps_by_owner(network).get(owner, ()) if o.relation is Relation.EXTERNAL]


def _words(clash: Overlap) -> str:
    return f"{clash.a.kind} {clash.a.prefix} overlaps {clash.b.prefix}, in use at {clash.b.name}"
