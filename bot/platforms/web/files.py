"""The files that pages are made of: scripts, styles and pictures, packed once when we start."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable

from aiohttp import ETag, web
from jinja2 import Environment, FileSystemLoader

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
    "webmanifest": "application/manifest+json",
    "txt": "text/plain; charset=utf-8",
}
FOR_EVER = "public, max-age=31536000, immutable"
SHARED = "public, no-cache"  # kept, but not used without asking whether it is the same

LEAST_PACKED = 1024  # bytes; below, packing saves nothing
_PACKED = ("text/", "application/json", "application/atom+xml", "image/svg+xml", "application/man")


@dataclass(frozen=True, slots=True)
class File:
    """One file: what it is, its bytes, and a name for these."""

    media_type: str
    body: bytes
    packed: bytes
    tag: str


class Files:
    """All of them. `version` is another one whenever one of them, or a template, is."""

    def __init__(self) -> None:
        static = resources.files("bot.platforms.web") / "static"
        self._files: Mapping[str, File] = {
            file.name: made(TYPES[kind], file.read_bytes())
            for file in sorted(static.iterdir(), key=lambda file: file.name)
            if (kind := file.name.rpartition(".")[2]) in TYPES
        }
        whole = sha256()
        for name, file in self._files.items():
            whole.update(f"{name} {file.tag}\n".encode())
        for template in sorted(_templates().iterdir(), key=lambda file: file.name):
            whole.update(template.read_bytes())
        self.version = whole.hexdigest()[:12]

    def answer(self, request: web.Request, name: str) -> web.Response:
        """The file; who asks for this very version may keep it for ever."""
        file = self._files.get(name)
        if file is None:
            return web.Response(status=404)
        ours = request.query.get("v") == self.version
        return sent(request, file, FOR_EVER if ours else SHARED)


def sent(request: web.Request, file: File, kept: str) -> web.Response:
    """The file as an answer, or that its reader has it; `kept` says how caches may keep it."""
    if any(known.value in (file.tag, "*") for known in request.if_none_match or ()):
        answer = web.Response(status=304)
    else:
        answer = web.Response(body=file.body, headers={"Content-Type": file.media_type})
        pack(request, answer, file.packed)
    answer.etag = ETag(file.tag, is_weak=True)  # packed or not, it is the same
    answer.headers["Cache-Control"] = kept
    return answer


def made(media_type: str, body: bytes) -> File:
    """A file of these bytes."""
    return File(media_type, body, gzip.compress(body, 9, mtime=0), sha256(body).hexdigest()[:24])


def templates(version: str) -> Environment:
    """What the pages are written in; nothing in them is markup that is not said to be."""
    written = Environment(loader=FileSystemLoader(str(_templates())), autoescape=True)
    written.globals["version"] = version
    return written


def pack(request: web.Request, answer: web.Response, packed: bytes = b"") -> None:
    """Send the body packed, where it is worth it and whoever asks can open it."""
    body = answer.body
    if not isinstance(body, bytes) or "Content-Encoding" in answer.headers:
        return
    if len(body) < LEAST_PACKED or not answer.content_type.startswith(_PACKED):
        return
    if "Accept-Encoding" not in ",".join(answer.headers.getall("Vary", [])):
        answer.headers.add("Vary", "Accept-Encoding")
    if "gzip" in _accepted(request):
        answer.body = packed or gzip.compress(body, 6, mtime=0)
        answer.headers["Content-Encoding"] = "gzip"


def _accepted(request: web.Request) -> set[str]:
    """How a body may be packed (RFC 9110, 12.5.3)."""
    accepted = set()
    for part in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _, weight = part.partition(";")
        if weight.strip().replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            accepted.add(name.strip())
    return accepted


def _templates() -> Traversable:
    return resources.files("bot.platforms.web") / "templates"
