"""Stand-ins: what they keep, and that they are one for each."""

from __future__ import annotations

import ipaddress
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aks_audit.errors import UsageError
from aks_audit.inventory import Gap
from aks_audit.model.scale_set import _NAME
from aks_audit.sharing import Anonymizer, key_from, key_of_this_run
from aks_audit.sharing.addresses import HOME, KEPT
from aks_audit.sharing.anonymizer import NO_ADDRESS

KEY = bytes(range(32))
ANONYMIZER = Anonymizer(KEY)
NAMES, ADDRESSES = ANONYMIZER.names, ANONYMIZER.addresses
V4 = st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address)
V6 = st.integers(0, 2**128 - 1).map(ipaddress.IPv6Address)
PAIRS = st.one_of(
    st.tuples(V4, V4),
    st.tuples(V6, V6),
    st.builds(lambda a, bits: (a, ipaddress.IPv4Address(int(a) ^ bits)), V4, st.integers(0, 2**12)),
    st.builds(lambda a, bits: (a, ipaddress.IPv6Address(int(a) ^ bits << 60)), V6, st.integers(0, 2**12)),
)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def shared_bits(a: Address, b: Address) -> int:
    return a.max_prefixlen - (int(a) ^ int(b)).bit_length()


# -------------------------------------------------------------------- addresses


@given(pair=PAIRS)
def test_two_addresses_share_as_many_bits_as_before(pair: tuple[Any, Any]) -> None:
    a, b = pair
    assert shared_bits(ADDRESSES.address(a), ADDRESSES.address(b)) == shared_bits(a, b)


@given(a=V4, length=st.integers(0, 32), b=V4, other=st.integers(0, 32))
def test_prefixes_lie_in_each_other_as_before(a: Any, length: int, b: Any, other: int) -> None:
    one = ipaddress.ip_network((int(a), length), strict=False)
    two = ipaddress.ip_network((int(b), other), strict=False)
    three = ipaddress.ip_network((int(a), max(length, other)), strict=False)
    for first, second in ((one, two), (one, three)):
        after = ADDRESSES.prefix(first), ADDRESSES.prefix(second)
        assert after[0].prefixlen == first.prefixlen
        assert after[0].overlaps(after[1]) == first.overlaps(second)
        assert after[0].supernet_of(after[1]) == first.supernet_of(second)  # type: ignore[arg-type]


@given(a=V4, b=V4)
def test_no_two_addresses_get_the_same_one(a: Any, b: Any) -> None:
    assert (ADDRESSES.address(a) == ADDRESSES.address(b)) == (a == b)


@pytest.mark.parametrize("block", [*KEPT, *HOME], ids=str)
def test_ranges_with_a_meaning_stay_what_they_are(block: Any) -> None:
    assert ADDRESSES.prefix(block) == block


@given(a=V4 | V6)
def test_private_stays_private_and_public_stays_public(a: Any) -> None:
    def where(address: Any) -> list[Any]:
        return [block for block in (*KEPT, *HOME) if block.version == address.version and address in block]

    assert where(ADDRESSES.address(a)) == where(a)


@given(a=st.integers(0, 2**24 - 1).map(lambda n: ipaddress.IPv4Address((10 << 24) + n)))
def test_the_last_sixteen_bits_of_private_addresses_stay(a: Any) -> None:
    assert int(ADDRESSES.address(a)) & 0xFFFF == int(a) & 0xFFFF


@pytest.mark.parametrize("text", ["0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1", "168.63.129.16", "0.0.0.0/32"])
def test_what_everybody_has_stays(text: str) -> None:
    assert ANONYMIZER.address(text) == text


@pytest.mark.parametrize("text", ["20.50.0.1", "13.80.4.0/24", "2603:1030::1", "52.1.2.3/32", "10.1.0.0/16"])
def test_what_tells_whose_it_is_changes(text: str) -> None:
    assert ANONYMIZER.address(text) != text


@given(a=V4, length=st.integers(1, 31))
def test_bits_that_should_not_be_there_are_there_afterwards(a: Any, length: int) -> None:
    """Azure refuses such ranges, and a rule says so."""
    written = ipaddress.ip_interface(f"{a}/{length}")
    after = ipaddress.ip_interface(ANONYMIZER.address(str(written)))
    assert (after.ip == after.network.network_address) == (written.ip == written.network.network_address)
    assert after.network == ADDRESSES.prefix(written.network)


@pytest.mark.parametrize("text", ["10.0.0.0/99", "999.1.1.1", "db.contoso.com/x", "10.0.0"])
def test_what_is_no_address_is_none_afterwards(text: str) -> None:
    assert ANONYMIZER.address(text) == NO_ADDRESS


@pytest.mark.parametrize("text", ["VirtualNetwork", "Internet", "AzureCloud.westeurope", "Storage", "*", ""])
def test_service_tags_stay(text: str) -> None:
    assert ANONYMIZER.address(text) == text


# -------------------------------------------------------------------- names


WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.", min_size=1, max_size=40)


@given(a=WORDS, b=WORDS)
def test_no_two_names_get_the_same_one(a: str, b: str) -> None:
    assert (NAMES.name(a) == NAMES.name(b)) == (a == b)


@given(name=st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=40))
def test_a_name_has_one_stand_in_in_every_case(name: str) -> None:
    assert NAMES.name(name.upper()).lower() == NAMES.name(name).lower()


@pytest.mark.parametrize("name", ["np1", "system", "a", "abcdefghijkl"])
def test_a_pools_name_is_still_one(name: str) -> None:
    after = NAMES.name(name)
    assert len(after) == len(name)
    assert after.isalnum()
    assert after[0].isalpha()


def test_what_azure_names_after_a_pool_is_named_after_it_afterwards() -> None:
    pool = NAMES.name("np1")
    scale_set = NAMES.name("aks-np1-12345678-vmss")
    match = _NAME.fullmatch(scale_set)
    assert match
    assert match["pool"] == pool
    assert NAMES.name("aks-np1-12345678-vmss00000a") == f"{scale_set}00000a"
    assert NAMES.name("aks-np1-12345678-vmss00000a____102440024").startswith(f"{scale_set}00000a____")
    assert NAMES.name("aksnpwin") == f"aks{NAMES.name('npwin')}"
    machine = scale_set.removesuffix("vmss")
    assert NAMES.name("aks-np1-12345678-nic-3") == f"{machine}nic-3"
    assert NAMES.name("aks-np1-12345678-vms2") == f"{machine}vms2"


@pytest.mark.parametrize("length", [64, 80, 90])
def test_long_names_stay_as_long(length: int) -> None:
    assert len(NAMES.name("x" * length)) == length


@pytest.mark.parametrize(
    ("text", "tail"),
    [
        ("privatelink.westeurope.azmk8s.io", "privatelink.westeurope.azmk8s.io"),
        ("shop.privatelink.westeurope.azmk8s.io", ".privatelink.westeurope.azmk8s.io"),
        ("aks-shop-1a2b3c4d.hcp.westeurope.azmk8s.io", ".hcp.westeurope.azmk8s.io"),
        ("shop.private.chinaeast2.cx.prod.service.azk8s.cn", ".private.chinaeast2.cx.prod.service.azk8s.cn"),
    ],
)
def test_azures_part_of_a_domain_stays(text: str, tail: str) -> None:
    after = NAMES.domain(text)
    assert after.endswith(tail)
    assert after == text or text.partition(".")[0] not in after


def test_ids_keep_what_they_are_ids_of() -> None:
    group = "/subscriptions/3f0c2a54-8d0a-4f3e-9b43-0c8de0f6a001/resourceGroups/rg-shop"
    subnet = f"{group}/providers/Microsoft.Network/virtualNetworks/vnet-shop/subnets/AzureFirewallSubnet"
    after = NAMES.resource_id(subnet)
    assert after.split("/")[5:8] == ["providers", "Microsoft.Network", "virtualNetworks"]
    assert after.endswith("/subnets/AzureFirewallSubnet")
    assert "shop" not in after
    assert "3f0c2a54" not in after
    assert NAMES.resource_id(subnet.upper()).lower() == after.lower()


def test_azures_own_roles_stay_and_others_do_not() -> None:
    place = "/subscriptions/3f0c2a54-8d0a-4f3e-9b43-0c8de0f6a001/providers/Microsoft.Authorization/roleDefinitions"
    own = "4d97b98b-1d4f-4787-a291-c67834d212e7"
    assert NAMES.resource_id(f"{place}/{own}").endswith(own)
    assert not NAMES.resource_id(f"{place}/4d97b98b-1d4f-4787-a291-c67834d212e8").endswith("212e8")


def test_free_text_of_a_gap_is_dropped() -> None:
    gap = Gap("Microsoft.Network/routeTables", "/subscriptions/x/resourceGroups/rg", 403, "AuthorizationFailed", "jane")
    after = ANONYMIZER.gap(gap)
    assert (after.resource_type, after.status, after.code, after.message) == (*gap_kept(gap), "")
    assert ANONYMIZER.gap(Gap("t", "/home/jane/x.jsonl, line 2", None, "no code!", "")).scope == "(a file)"
    assert ANONYMIZER.gap(Gap("t", "/home/jane/x.jsonl, line 2", None, "no code!", "")).code == "Other"


def gap_kept(gap: Gap) -> tuple[str, int | None, str]:
    return gap.resource_type, gap.status, gap.code


# -------------------------------------------------------------------- the key


def test_another_key_gives_other_stand_ins_and_the_same_key_the_same() -> None:
    other = Anonymizer(key_of_this_run())
    assert other.names.name("vnet-shop") != NAMES.name("vnet-shop")
    assert other.address("20.50.0.1") != ANONYMIZER.address("20.50.0.1")
    assert Anonymizer(KEY).names.name("vnet-shop") == NAMES.name("vnet-shop")


def test_a_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = key_from(str(path))
    assert len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert key_from(str(path)) == key
    assert [each.name for each in tmp_path.iterdir()] == ["key"]


@pytest.mark.parametrize("content", ["", "not hex", "abcd", "é"])
def test_what_is_no_key_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(content)
    with pytest.raises(UsageError, match="holds no key"):
        key_from(str(path))


@pytest.mark.parametrize("name", ["no/such/folder/key", "."])
def test_a_key_file_that_cannot_be_made_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot use key file"):
        key_from(str(tmp_path / name))
