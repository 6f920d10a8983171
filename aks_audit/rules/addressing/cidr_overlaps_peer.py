from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ...analysis.addresses import overlapping
from ...analysis.cluster_networks import (
    clusters_by_network,
    networks_in_use,
    networks_of,
    peer_prefixes,
    pod_cidrs_in_use,
)
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, NotCollected, Peering, VirtualNetwork
from ...model.arm import IpNetwork
from .ranges import listed, only_cluster, range_evidence, space_evidence, unread_networks


@rule(
    title="A range of the cluster is in use in a peered network",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay",
    covers=("MDL-05", "VNT-10"),
    disrupts="a new cluster, where the peer cannot give up the range",
)
def cidr_overlaps_peer(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A pod CIDR, a service CIDR or the virtual network of a cluster that shares addresses with a virtual network
    peered directly with the cluster's. The peering's own `remoteAddressSpace` counts, else the peered network as it
    was collected. Disconnected peerings don't count.

    ## Why it matters
    Nothing warns of it, and only some destinations suffer. Pods cannot reach hosts of the peer that have an address
    of the pod CIDR, since their packets stay among the pods, and nodes cannot reach those that a service has taken.
    With kubenet, nodes turned `NotReady` when a peering to such a network came up.

    ## How to fix it
    Neither range can be moved in a running cluster. Where the peer can do without the range, take it out of its
    address space and synchronise. Else build a new cluster with ranges that no peer and none of your own sites
    uses. Overlay's pod CIDR may be the same in many clusters, as long as it is nowhere else.

    ```azurecli
    az network vnet update -g PEER_RG -n PEER --address-prefixes PREFIXES_THAT_STAY
    az network vnet peering sync -g RG --vnet-name VNET -n PEERING
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      name: 'aks1'
      properties: {
        networkProfile: {
          // of a new cluster: ranges that no peer has
          networkPlugin: 'azure'
          networkPluginMode: 'overlay'
          podCidr: '100.64.0.0/16'
          serviceCidr: '10.250.0.0/20'
          dnsServiceIP: '10.250.0.10'
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_virtual_network_peering" "hub" {
      # synchronised whenever the peer's space changes
      triggers = {
        remote_address_space = join(",", azurerm_virtual_network.hub.address_space)
      }
    }
    ```
    """
    for vnet in networks_in_use(network):
        for peering in vnet.peerings:
            remote = peer_prefixes(network, vnet, peering)
            if isinstance(remote, NotCollected):
                yield unknown(vnet.id, remote)
        yield from _judge_space(network, vnet)
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        yield from unread_networks(network, cluster)
        yield from _judge_ranges(network, cluster)


_FIELDS: Final = {"pod CIDR": "podCidrs", "service CIDR": "serviceCidrs"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clash:
    what: str
    own: IpNetwork
    remote: IpNetwork
    vnet: VirtualNetwork
    peering: Peering

    @property
    def remote_id(self) -> ResourceId:
        return self.peering.remote_id or self.vnet.id

    @property
    def words(self) -> str:
        state = "" if self.peering.state.lower() in ("connected", "") else f", {self.peering.state}"
        return f"{self.what} {self.own} overlaps {self.remote} of {self.remote_id.name}{state}"


def _judge_space(network: Network, vnet: VirtualNetwork) -> Iterator[Finding]:
    clashes = _clashes(network, vnet, "address space", vnet.prefixes)
    if clashes:
        clusters = clusters_by_network(network).get(vnet.id, ())
        yield Finding(
            vnet.id,
            f"{vnet.id.name}: {listed(clash.words for clash in clashes)}",
            (space_evidence(vnet), *_peering_evidence(clashes)),
            cluster_id=only_cluster(clusters),
            affected=(*(cluster.id for cluster in clusters), *dict.fromkeys(clash.remote_id for clash in clashes)),
        )


def _judge_ranges(network: Network, cluster: ManagedCluster) -> Iterator[Finding]:
    clashes = [
        clash
        for vnet in networks_of(network, cluster).found
        for what, ranges in (("pod CIDR", pod_cidrs_in_use(cluster)), ("service CIDR", cluster.service_cidrs))
        for clash in _clashes(network, vnet, what, ranges)
    ]
    if clashes:
        yield Finding(
            cluster.id,
            f"{cluster.name}: {listed(clash.words for clash in clashes)}",
            (
                *range_evidence(cluster, *dict.fromkeys(_FIELDS[clash.what] for clash in clashes)),
                *_peering_evidence(clashes),
            ),
            cluster_id=cluster.id,
            affected=tuple(dict.fromkeys(clash.remote_id for clash in clashes)),
        )


def _clashes(network: Network, vnet: VirtualNetwork, what: str, ranges: tuple[IpNetwork, ...]) -> list[_Clash]:
    found: list[_Clash] = []
    for peering in vnet.peerings:
        remote = peer_prefixes(network, vnet, peering)
        if not isinstance(remote, NotCollected):
            found += [
                _Clash(what=what, own=own, remote=theirs, vnet=vnet, peering=peering)
                for own, theirs in overlapping(ranges, remote)
            ]
    return found


def _peering_evidence(clashes: list[_Clash]) -> tuple[Evidence, ...]:
    found: dict[tuple[ResourceId, str], dict[str, None]] = {}
    for clash in clashes:
        place = clash.remote_id, "properties.addressSpace.addressPrefixes"
        if clash.peering.remote_prefixes:
            path = f"properties.virtualNetworkPeerings[{clash.peering.name}].remoteAddressSpace.addressPrefixes"
            place = clash.vnet.id, path
        found.setdefault(place, {})[str(clash.remote)] = None
    return tuple(Evidence(vnet_id, path, tuple(prefixes)) for (vnet_id, path), prefixes in found.items())
