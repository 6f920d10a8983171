from aks_audit.findings import Evidence
from aks_audit.inventory.resource_id import ResourceId
from aks_audit.rules.capacity.internal_load_balancer_subnet_full import internal_load_balancer_subnet_full
from tests.estate import Estate, Json, Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(services: int = 3, prefix: str = "10.1.4.0/29") -> tuple[Estate, Json, Json]:
    """A cluster with internal services in a subnet of three usable addresses."""
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24", "lbs": prefix})
    cluster = estate.cluster("aks1", subnet=subnet(vnet, "nodes"))
    group = cluster["properties"]["nodeResourceGroup"]
    estate.internal_load_balancer(subnet(vnet, "lbs"), frontends=services, resource_group=group)
    return estate, vnet, cluster


def test_is_quiet_while_one_address_is_free() -> None:
    assert messages(internal_load_balancer_subnet_full, network_of(an_estate(2)[0])) == []


def test_is_quiet_without_internal_load_balancers() -> None:
    estate = Estate()
    estate.cluster("aks1")
    assert messages(internal_load_balancer_subnet_full, network_of(estate)) == []


def test_finds_a_subnet_without_a_free_address() -> None:
    estate, vnet, cluster = an_estate()
    finding = only(findings(internal_load_balancer_subnet_full, network_of(estate)))
    assert finding.message == "lbs has none of 3 addresses free for the next internal load balancer of aks1"
    lbs, network_id = (ResourceId.of(subnet(vnet, "lbs")["id"]), ResourceId.of(vnet["id"]))
    balancer = next(b for b in estate.of_type("loadBalancers") if b["name"] == "kubernetes-internal")
    assert finding.resource_id == lbs
    assert finding.evidence == (
        Evidence(lbs, "properties.addressPrefixes", ("10.1.4.0/29",)),
        Evidence(ResourceId.of(f"{network_id}/usages"), "value[lbs].currentValue", 3),
        *(
            Evidence(
                ResourceId.of(f"{balancer['id']}/frontendIPConfigurations/frontend{n}"),
                "properties.privateIPAddress",
                f"10.1.4.{4 + n}",
            )
            for n in range(3)
        ),
    )
    assert finding.cluster_id == ResourceId.of(cluster["id"])
    assert finding.affected == (ResourceId.of(cluster["id"]),)
    assert finding.arithmetic == "SubnetIsFull: 1 wanted, 0 free = 3 usable in 10.1.4.0/29 - 3 in use (usages)"


def test_counts_what_others_hold() -> None:
    estate, vnet, _ = an_estate(1)
    for number in range(2):
        estate.virtual_machine_nic(subnet(vnet, "lbs"), f"vm{number}")
    assert len(messages(internal_load_balancer_subnet_full, network_of(estate))) == 1


def test_clusters_in_one_subnet_are_one_finding() -> None:
    estate, vnet, cluster = an_estate(2)
    other = estate.cluster("aks2", subnet=subnet(vnet, "nodes"))
    estate.internal_load_balancer(subnet(vnet, "lbs"), resource_group=other["properties"]["nodeResourceGroup"])
    finding = only(findings(internal_load_balancer_subnet_full, network_of(estate)))
    assert finding.message.endswith("the next internal load balancer of aks1, aks2")
    assert finding.cluster_id is None
    assert finding.affected == (ResourceId.of(cluster["id"]), ResourceId.of(other["id"]))


def a_shared_subnet(max_surge: str) -> Estate:
    """A node subnet of eleven usable addresses with ten nodes and one internal service."""
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/28"})
    extra = {"upgradeSettings": {"maxSurge": max_surge, "maxUnavailable": "1"}}
    cluster = estate.cluster("aks1", subnet=subnet(vnet, "nodes"), pools=[Pool(count=10, extra=extra)])
    group = cluster["properties"]["nodeResourceGroup"]
    estate.internal_load_balancer(subnet(vnet, "nodes"), resource_group=group)
    return estate


def test_leaves_a_subnet_without_room_for_a_node_to_the_other_rule() -> None:
    assert messages(internal_load_balancer_subnet_full, network_of(a_shared_subnet("1"))) == []


def test_finds_a_node_subnet_to_which_no_node_will_come() -> None:
    assert len(messages(internal_load_balancer_subnet_full, network_of(a_shared_subnet("0")))) == 1


def test_says_nothing_of_the_api_server_s_subnet() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24", "api": "10.1.4.0/28"})
    estate.cluster("aks1", subnet=subnet(vnet, "nodes"), api_server_subnet=subnet(vnet, "api"))
    subnet(vnet, "api")["properties"] |= {"delegations": [], "serviceAssociationLinks": []}
    for number in range(10):
        estate.virtual_machine_nic(subnet(vnet, "api"), f"vm{number}")
    assert messages(internal_load_balancer_subnet_full, network_of(estate)) == []


def test_says_nothing_where_azure_shows_no_use() -> None:
    estate, vnet, _ = an_estate()
    estate.delegate(subnet(vnet, "lbs"), "Microsoft.Web/serverFarms")
    assert messages(internal_load_balancer_subnet_full, network_of(estate)) == []


def test_says_nothing_of_a_subnet_that_is_not_there() -> None:
    estate, vnet, _ = an_estate()
    vnet["properties"]["subnets"] = [subnet(vnet, "nodes")]
    assert messages(internal_load_balancer_subnet_full, network_of(estate)) == []


def test_cannot_tell_without_the_load_balancers() -> None:
    estate, _, cluster = an_estate()
    [answer] = unknowns(
        internal_load_balancer_subnet_full, network_of(estate, refused=["Microsoft.Network/loadBalancers"])
    )
    assert (answer.resource_id, answer.gap.status) == (ResourceId.of(cluster["id"]), 403)


def test_cannot_tell_without_the_subnet() -> None:
    estate, vnet, _ = an_estate()
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    [answer] = unknowns(internal_load_balancer_subnet_full, network)
    assert answer.resource_id == ResourceId.of(subnet(vnet, "lbs")["id"])


def test_cannot_tell_from_a_prefix_that_does_not_parse() -> None:
    estate, vnet, _ = an_estate()
    subnet(vnet, "lbs")["properties"]["addressPrefix"] = "10.1.4.0/290"
    [answer] = unknowns(internal_load_balancer_subnet_full, network_of(estate))
    assert answer.gap.code == "InvalidValue"
