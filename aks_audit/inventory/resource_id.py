"""ARM resource ids: equal without regard to case, spelled as the resource spells itself."""

from __future__ import annotations

from functools import lru_cache

_PROVIDERS = "/providers/"


class ResourceId:
    """The id of an ARM resource, for instance
    `/subscriptions/{sub}/resourceGroups/{rg}/providers/Microsoft.Network/virtualNetworks/{name}`.

    Two ids are equal when they differ in case only, as in ARM. Any text is accepted; the parts of a
    text that is no ARM id are empty.

    >>> a = ResourceId("/subscriptions/S/resourcegroups/RG/providers/Microsoft.Network/routeTables/rt")
    >>> a == ResourceId("/SUBSCRIPTIONS/s/resourceGroups/rg/providers/microsoft.network/ROUTETABLES/RT")
    True
    >>> a.subscription, a.resource_group, a.type, a.name
    ('s', 'RG', 'Microsoft.Network/routeTables', 'rt')
    """

    __slots__ = ("_hash", "key", "text")

    def __init__(self, text: str) -> None:
        self.text = text.rstrip("/")
        self.key = self.text.lower()
        self._hash = hash(self.key)

    @staticmethod
    @lru_cache(maxsize=65536)
    def of(text: str) -> ResourceId:
        """The id for a text; the same object for the same spelling, which makes look-ups cheap."""
        return ResourceId(text)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, ResourceId) and self.key == other.key)

    def __lt__(self, other: ResourceId) -> bool:
        return self.key < other.key

    def __hash__(self) -> int:
        return self._hash

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"ResourceId({self.text!r})"

    @property
    def name(self) -> str:
        """The last segment."""
        return self.text.rpartition("/")[2]

    @property
    def subscription(self) -> str:
        """The subscription's id in lower case, or ""."""
        return self._after("/subscriptions/").lower()

    @property
    def subscription_id(self) -> str:
        """The path of the subscription, `/subscriptions/{id}`: the scope of a listing."""
        return f"/subscriptions/{self.subscription}" if self.subscription else ""

    @property
    def resource_group(self) -> str:
        """The resource group's name as spelled, or ""."""
        return self._after("/resourcegroups/")

    @property
    def type(self) -> str:
        """`Microsoft.Network/virtualNetworks/subnets`, as spelled in the id, or ""."""
        provider, names = self._tail()
        return "/".join([provider, *names[::2]]) if provider else ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the id from the outermost resource to this one."""
        return tuple(self._tail()[1][1::2])

    @property
    def parent(self) -> ResourceId | None:
        """The id without its last type and name, or None for a top-level resource."""
        if len(self._tail()[1]) < 4:
            return None
        return ResourceId.of(self.text.rsplit("/", 2)[0])

    def child(self, collection: str, name: str) -> ResourceId:
        """The id of a child of this resource, for instance `.child("subnets", "nodes")`."""
        return ResourceId.of(f"{self.text}/{collection}/{name}")

    def ancestor(self, last_type: str) -> ResourceId | None:
        """This id or the nearest outer one whose type ends with `last_type`, or None.

        >>> nic = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/networkInterfaces/n"
        >>> ResourceId(nic + "/ipConfigurations/c").ancestor("networkInterfaces").name
        'n'
        """
        marker = f"/{last_type.lower()}/"
        start = self.key.rfind(marker)
        if start < 0:
            return None
        end = self.key.find("/", start + len(marker))
        return ResourceId.of(self.text if end < 0 else self.text[:end])

    def _after(self, marker: str) -> str:
        start = self.key.find(marker)
        if start < 0:
            return ""
        return self.text[start + len(marker) :].partition("/")[0]

    def _tail(self) -> tuple[str, list[str]]:
        start = self.key.rfind(_PROVIDERS)
        if start < 0:
            return "", []
        provider, _, rest = self.text[start + len(_PROVIDERS) :].partition("/")
        return provider, rest.split("/") if rest else []
