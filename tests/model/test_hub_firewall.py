from __future__ import annotations

import json
from typing import Any

from aks_audit.inventory import Resource, ResourceId
from aks_audit.model import Firewall
from aks_audit.model.firewall import firewall_from_arm

from ..records import GROUP

ID = f"{GROUP}/providers/Microsoft.Network/azureFirewalls/fw"


def firewall(**hub: Any) -> Firewall:
    raw = json.dumps({"id": ID, "properties": {"hubIPAddresses": hub}}).encode()
    return firewall_from_arm(Resource(ResourceId.of(ID), "Microsoft.Network/azureFirewalls", raw))[0]


def test_the_public_addresses_of_a_firewall_in_a_hub_are_no_resources_of_their_own() -> None:
    listed = [{"address": "20.1.2.3"}, {}, {"address": "20.1.2.4"}]
    found = firewall(privateIPAddress="10.100.0.4", publicIPs={"count": 2, "addresses": listed})
    assert [str(address) for address in found.hub_public_addresses] == ["20.1.2.3", "20.1.2.4"]
    assert found.public_ip_ids == ()
    assert found.gap is None
    assert firewall(publicIPs={}).hub_public_addresses == ()


def test_a_public_address_of_a_hub_that_does_not_parse_is_a_gap() -> None:
    found = firewall(publicIPs={"addresses": [{"address": "x"}]})
    assert found.hub_public_addresses == ()
    assert found.gap
    assert "properties.hubIPAddresses.publicIPs.addresses" in found.gap.message
