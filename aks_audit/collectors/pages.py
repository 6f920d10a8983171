"""One page of a listing, undecoded but for its frame."""

from __future__ import annotations

import msgspec

from ..inventory.split import NOT_JSON


class _Page(msgspec.Struct):
    value: list[msgspec.Raw] | None = None
    next_link: str | None = msgspec.field(default=None, name="nextLink")
    error: msgspec.Raw | None = None


class NotAPage(ValueError):  # noqa: N818 (it becomes a Gap)
    """The body of an answer is no page: no JSON, cut off, or something else altogether."""


def read_page(body: bytes) -> tuple[list[msgspec.Raw], str | None]:
    """The elements of a page as they stand in it, and the link to the next page.

    ARM ends its paging with a link that is absent, null or empty. A list that is null is not an empty one, and a page
    that carries an error is not a whole one, whatever else is on it.

    Raises:
        NotAPage: the body is none.
    """
    try:
        page = msgspec.json.decode(body, type=_Page)
    except NOT_JSON as error:
        raise NotAPage(str(error)) from error
    if page.error is not None:
        raise NotAPage("it carries an error beside its values")
    if page.value is None:
        raise NotAPage("there is no list of values in it")
    return page.value, page.next_link or None
