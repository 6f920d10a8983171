import pytest

from aks_audit.analysis.node_image import image_retirement
from aks_audit.analysis.retirements import (
    AZURE_LINUX_2,
    FLATCAR,
    UBUNTU_1804,
    UBUNTU_2004,
    UBUNTU_2204,
    WINDOWS_2019,
    WINDOWS_2022,
    WINDOWS_ANNUAL,
    Retirement,
)
from aks_audit.inventory import Gap
from tests.estate import Estate, Pool
from tests.networks import network_of


def told(image: str | None, sku: str | None) -> Retirement | Gap | None:
    estate = Estate()
    estate.cluster("aks1", pools=[Pool(extra={"nodeImageVersion": image, "osSKU": sku})])
    (cluster,) = network_of(estate).clusters
    return image_retirement(cluster, cluster.node_pools[0])


@pytest.mark.parametrize(
    ("image", "retirement"),
    [
        ("AKSUbuntu-1604-2020.05.13", UBUNTU_1804),
        ("AKSUbuntu-1804gen2containerd-2022.10.12", UBUNTU_1804),
        ("AKSUbuntu-2004gen2fipscontainerd-202506.03.0", UBUNTU_2004),
        ("AKSUbuntu-2204gen2arm64containerd-202501.22.0", UBUNTU_2204),
        ("AKSUbuntuEdgeZone-2204gen2containerd-202501.22.0", UBUNTU_2204),
        ("aksubuntu-2404gen2containerd-202611.03.0", None),
        ("AKSCBLMariner-V2gen2-202308.01.0", AZURE_LINUX_2),
        ("AKSAzureLinux-V2gen2fips-202508.01.0", AZURE_LINUX_2),
        ("AKSAzureLinux-V3gen2-202611.03.0", None),
        ("AKSFlatcar-flatcargen2-202601.01.0", FLATCAR),
        ("AKSWindows-2019-17763.1817.210310", WINDOWS_2019),
        ("AKSWindows-2022-containerd-20348.1", WINDOWS_2022),
        ("AKSWindows-23H2-gen2-25398.1", WINDOWS_ANNUAL),
        ("AKSWindows-2025-gen2-26100.1", None),
    ],
)
def test_images_say_what_they_are(image: str, retirement: Retirement | None) -> None:
    assert told(image, None) is retirement


@pytest.mark.parametrize(
    ("sku", "retirement"),
    [
        ("Ubuntu2204", UBUNTU_2204),
        ("Ubuntu2404", None),
        ("CBLMariner", AZURE_LINUX_2),
        ("Mariner", AZURE_LINUX_2),
        ("AzureLinux3", None),
        ("flatcar", FLATCAR),
        ("Windows2019", WINDOWS_2019),
        ("Windows2022", WINDOWS_2022),
        ("Windows2025", None),
        ("WindowsAnnual", WINDOWS_ANNUAL),
        ("Ubuntu2004", UBUNTU_2004),
    ],
)
def test_so_do_some_skus(sku: str, retirement: Retirement | None) -> None:
    assert told(None, sku) is retirement


@pytest.mark.parametrize("sku", ["Ubuntu", "AzureLinux", "Plan9", None])
def test_others_do_not(sku: str | None) -> None:
    assert isinstance(told(None, sku), Gap)
    assert isinstance(told("AKSSomething-1", sku), Gap)
