"""Cassettes with stand-ins in place of names, ids and addresses: to be played by strangers."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from ... import __version__
from ...inventory.properties import Tree, tree_of
from ...inventory.split import NOT_JSON
from ...sharing import Anonymizer
from ..graph.queries import PATH
from .bodies import written_body
from .cassette import Cassette, Recorded, write

_TOKENS: Final = ("$skipToken",)


class _Asked(msgspec.Struct):
    """A query to Resource Graph."""

    subscriptions: list[str]
    query: str
    options: dict[str, Any] = {}


def anonymize(cassette: Cassette, target: str, anonymizer: Anonymizer) -> int:
    """Write a cassette anew, with stand-ins; returns how many answers it has.

    Raises:
        CassetteError: it cannot be written.
    """
    stand_ins = _StandIns(anonymizer)
    read = (answer for answer in cassette.answers.values() if answer.method == "GET" or _is_query(answer))
    answers = sorted((_answer(answer, stand_ins) for answer in read), key=lambda answer: answer.key)
    write(target, f"Anonymized by aks-audit {__version__}.", answers)
    return len(answers)


def _answer(answer: Recorded, stand_ins: _StandIns) -> Recorded:
    headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-encoding"}
    body = written_body(answer.uri, answer.status, answer.body, stand_ins)
    asked = stand_ins.query(answer.asked) if _is_query(answer) else b""
    return Recorded(answer.method, stand_ins.link(answer.uri), answer.status, "", headers, body, asked)


def _is_query(answer: Recorded) -> bool:
    """Of Resource Graph: it is sent like something that writes, and reads."""
    return answer.method == "POST" and urlsplit(answer.uri).path.lower() == PATH.lower()


class _StandIns:
    """What is made of the parts of an answer."""

    def __init__(self, anonymizer: Anonymizer) -> None:
        self._anonymizer = anonymizer

    def resource(self, resource_type: str, raw: bytes) -> bytes:
        return msgspec.json.encode(self._anonymizer.value(msgspec.json.decode(raw), tree_of(resource_type)))

    def value(self, value: Any, tree: Tree) -> Any:
        return self._anonymizer.value(value, tree)

    def token(self, token: str) -> str:
        return self._anonymizer.token(token)

    def query(self, body: bytes) -> bytes:
        """A query is our own but for the subscriptions that it names, and where it goes on."""
        try:
            asked = msgspec.json.decode(body, type=_Asked)
        except NOT_JSON:
            return b""
        options = {n: self.token(v) if isinstance(v, str) and n in _TOKENS else v for n, v in asked.options.items()}
        subscriptions = [self._anonymizer.names.guid(subscription) for subscription in asked.subscriptions]
        return msgspec.json.encode(_Asked(subscriptions, asked.query, options))

    def link(self, link: str) -> str:
        """An address with stand-ins in its path, and for the tokens by which Azure goes on."""
        parts = urlsplit(link)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        query = [(n, v if n.lower() == "api-version" else self._anonymizer.token(v)) for n, v in pairs]
        path = self._anonymizer.names.resource_id(parts.path)
        return urlunsplit((parts.scheme, parts.netloc, path, urlencode(query), ""))
