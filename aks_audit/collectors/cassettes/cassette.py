"""Cassettes: the answers of a run, in vcrpy's file format, to be played again without Azure.

vcrpy's own patching loses requests when several threads send at once, so its file format is used and its patching
is not: an adapter on the session that azure-core uses keeps each answer, or plays it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import requests
import yaml
from requests.adapters import HTTPAdapter
from urllib3.response import HTTPResponse
from vcr.request import Request
from vcr.serialize import deserialize, serialize

from ... import __version__
from ...errors import CassetteError
from ...inventory.unzip import Proportion, unzip
from ..connection.answers import NotInCassette
from ..connection.deadline import Deadline
from ..connection.patience import Patience
from ..connection.transport import BoundedAdapter
from ..scrub import Scrubber, identities_in
from .bodies import written_body
from .key import Key, key_of

_KEPT_HEADERS: Final = ("content-type", "date", "retry-after")
"""Response headers that are worth keeping; the rest tells of the caller, not of the network."""
_PACKED: Final = ("gzip", "x-gzip", "deflate")
"""How others record bodies that were packed for the wire; they are unpacked when the file is read."""
_FORMAT_VERSION: Final = 1
"""Of vcrpy's files."""


class _Yaml:
    """vcrpy's serializer, with a safe loader in every version of it: a stranger's cassette must not run anything."""

    @staticmethod
    def deserialize(text: str) -> Any:
        data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 (both are safe)
        if not isinstance(data, dict) or not isinstance(data.get("interactions"), list):
            raise ValueError("there is no list of interactions in it")
        version = data.get("version", _FORMAT_VERSION)
        if version != _FORMAT_VERSION:
            raise ValueError(f"version {version!r}, and {_FORMAT_VERSION} is the one that is known")
        return data

    @staticmethod
    def serialize(data: Any) -> str:
        dumped: str = yaml.dump(data, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper))
        return dumped


@dataclass(frozen=True, slots=True)
class Recorded:
    """One answer."""

    method: str
    uri: str
    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes
    asked: bytes = b""
    """The body of the request."""

    @property
    def text(self) -> str:
        return _decoded(self.body)

    @property
    def key(self) -> Key:
        return key_of(self.method, self.uri, self.asked)


def _decoded(body: bytes) -> str:
    return body.decode("utf-8", "surrogateescape")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


class Recorder(BoundedAdapter):
    """An adapter that keeps every answer on its way in. Of several to one request (retries) the last counts."""

    def __init__(self, deadline: Deadline | None = None, patience: Patience | None = None, **options: Any) -> None:
        super().__init__(deadline, patience, **options)
        self._lock = threading.Lock()
        self._answers: dict[Key, Recorded] = {}

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        response = super().send(request, **options)
        method, uri = request.method or "GET", request.url or ""
        recorded = Recorded(
            method,
            uri,
            response.status_code,
            response.reason or "",
            dict(response.headers),
            response.content,
            _asked(request),
        )
        with self._lock:
            self._answers[recorded.key] = recorded
        return response

    @staticmethod
    def insist_on_target(path: str) -> None:
        """Refuse a file that cannot be written, before the run and not after it.

        Raises:
            CassetteError: it is a folder, or its folder does not exist.
        """
        target = Path(path)
        if target.is_dir():
            raise CassetteError(f"cannot write {path}: it is a folder", "name a file")
        if not target.absolute().parent.is_dir():
            raise CassetteError(f"cannot write {path}: there is no such folder", "name a folder that exists")

    def save(self, path: str, *, scrub: bool, comment: str = "") -> bool:
        """Write the cassette; returns whether it has stand-ins for ids that Azure sent.

        Args:
            scrub: replace subscription, tenant and principal ids by stand-ins. Of resources, only the properties on
                the list of `inventory.properties` get in either way.
            comment: its first line says where it comes from; this is added there.
        """
        with self._lock:
            answers = [self._answers[key] for key in sorted(self._answers)]
        real = answers = [
            replace(answer, body=written_body(answer.uri, answer.status, answer.body)) for answer in answers
        ]
        if scrub:
            answers = _scrubbed(real)
        endpoint = f"https://{urlsplit(answers[0].uri).netloc}" if answers else "nowhere"
        write(path, f"Recorded by aks-audit {__version__} from {endpoint}. {comment}".rstrip(), answers)
        return answers != real


def _scrubbed(answers: list[Recorded]) -> list[Recorded]:
    """The answers with a stand-in for every identity that any of them names."""
    texts = [text for answer in answers for text in (answer.uri, _decoded(answer.asked), answer.text)]
    scrubber = Scrubber(set().union(*map(identities_in, texts)))
    return [
        replace(
            answer,
            uri=scrubber.scrub(answer.uri),
            asked=_encoded(scrubber.scrub(_decoded(answer.asked))),
            body=_encoded(scrubber.scrub(answer.text)),
        )
        for answer in answers
    ]


def _as_yaml(answers: list[Recorded]) -> str:
    responses = [
        {
            "status": {"code": answer.status, "message": _phrase(answer.status)},
            "headers": {n: [v] for n, v in sorted(answer.headers.items()) if n.lower() in _KEPT_HEADERS},
            "body": {"string": answer.body},
        }
        for answer in answers
    ]
    requests_made = [Request(answer.method, answer.uri, answer.asked or None, {}) for answer in answers]
    text: str = serialize({"requests": requests_made, "responses": responses}, _Yaml)
    return text


def _phrase(status: int) -> str:
    """The usual words for a status: those of an answer may be anything."""
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""


def write(path: str, first_line: str, answers: list[Recorded]) -> None:
    """Write a cassette in one step, readable for its owner alone.

    Args:
        path: "-" is standard output.
        first_line: says where it comes from.

    Raises:
        CassetteError: it cannot be written.
    """
    text = f"# {first_line}\n{_as_yaml(answers)}"
    if path == "-":
        sys.stdout.write(text)
        return
    target = Path(path).absolute()
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")  # mode 0600
    except OSError as error:
        raise CassetteError(f"cannot write {path}: {error.strerror}", "name a folder that exists") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(target)
    except OSError as error:
        raise CassetteError(f"cannot write {path}: {error.strerror}", "name another file") from error
    finally:
        with contextlib.suppress(OSError):
            Path(name).unlink()


class Cassette:
    """The answers of a file, by request; remembers which were asked for."""

    def __init__(self, path: str, answers: list[Recorded]) -> None:
        self.path = path
        self.endpoint = _endpoint(answers)
        self.answers = {answer.key: answer for answer in answers}
        self._lock = threading.Lock()
        self._played: set[Key] = set()
        self.other_versions: set[str] = set()
        """api-versions in the file that differ from the ones asked for."""

    @staticmethod
    def load(path: str) -> Cassette:
        """Read a cassette.

        Raises:
            CassetteError: no such file, no cassette, or one without any answer.
        """
        hint = "name a file written by 'aks-audit audit --record FILE', or another vcrpy cassette"
        try:
            requests_made, responses = deserialize(Path(path).read_text("utf-8"), _Yaml)[:2]
            proportion = Proportion()
            answers = [_recorded(*pair, proportion) for pair in zip(requests_made, responses, strict=True)]
        except OSError as error:
            raise CassetteError(f"cannot read {path}: {error.strerror}", hint) from error
        except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
            line = next(iter(str(error).strip().splitlines()), type(error).__name__)
            raise CassetteError(f"cannot read {path}: not a cassette: {line}", hint) from error
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            reason = f"not as vcrpy writes it ({type(error).__name__}: {error})"
            raise CassetteError(f"cannot read {path}: {reason}", hint) from error
        if not answers:
            raise CassetteError(f"cannot read {path}: there is no interaction in it", hint)
        return Cassette(path, answers)

    def play(self, method: str, uri: str, asked: bytes = b"") -> Recorded:
        """The answer to a request.

        Raises:
            NotInCassette: there is none.
        """
        key = key_of(method, uri, asked)
        answer = self.answers.get(key)
        if answer is None:
            raise NotInCassette(f"{method} {uri}")
        with self._lock:
            self._played.add(key)
            version = _version(answer.uri)
            if version != _version(uri):
                self.other_versions.add(version)
        return answer

    def unplayed(self) -> list[Recorded]:
        """The answers that nobody asked for, in a fixed order."""
        return [self.answers[key] for key in sorted(self.answers) if key not in self._played]


class Player(HTTPAdapter):
    """An adapter that plays a cassette; nothing ever leaves through it."""

    def __init__(self, cassette: Cassette) -> None:
        super().__init__()
        self._cassette = cassette

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        answer = self._cassette.play(request.method or "GET", request.url or "", _asked(request))
        raw = HTTPResponse(
            body=BytesIO(answer.body),
            status=answer.status,
            reason=answer.reason,
            headers=answer.headers,
            preload_content=False,
        )
        return self.build_response(request, raw)


def _asked(request: requests.PreparedRequest) -> bytes:
    body = request.body or b""
    return body.encode() if isinstance(body, str) else bytes(body)


def _recorded(request: Any, response: Any, proportion: Proportion) -> Recorded:
    headers = {str(n).lower(): _text(v[0] if isinstance(v, list) else v) for n, v in _items(response["headers"]) if v}
    return Recorded(
        method=_text(request.method),
        uri=_text(request.uri),
        status=int(response["status"]["code"]),
        reason=_text(response["status"].get("message") or ""),
        headers={n: v for n, v in headers.items() if n in _KEPT_HEADERS},
        body=_body(response["body"]["string"], headers.get("content-encoding", ""), proportion),
        asked=_body(request.body, "", proportion),
    )


def _items(headers: Any) -> list[tuple[Any, Any]]:
    return list((headers or {}).items())


def _text(value: Any) -> str:
    """A scalar as text; what YAML's anchors multiplied would be endless as one."""
    if not isinstance(value, str | int | float):
        raise TypeError(f"{type(value).__name__} instead of a text")
    return str(value)


def _body(recorded: Any, encoding: str, proportion: Proportion) -> bytes:
    """A body as it was sent, unpacked; a damaged one stays as it is, and is then no JSON."""
    body = recorded.encode("utf-8", "surrogateescape") if isinstance(recorded, str) else recorded or b""
    if not isinstance(body, bytes):
        raise TypeError(f"{type(body).__name__} instead of a body")
    for layer in reversed(encoding.lower().split(",")):
        if layer.strip() in _PACKED:
            with contextlib.suppress(zlib.error):
                body = unzip(body, proportion)
    return body


def _endpoint(answers: list[Recorded]) -> str:
    """The ARM endpoint that a cassette was recorded from: of the first interaction with a host."""
    for answer in answers:
        parts = urlsplit(answer.uri)
        if parts.scheme and parts.netloc:
            return f"{parts.scheme}://{parts.netloc}"
    return "https://management.azure.com"


def _version(uri: str) -> str:
    return next((v for n, v in parse_qsl(urlsplit(uri).query) if n.lower() == "api-version"), "")
