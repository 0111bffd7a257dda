"""The files that Telegram keeps: ids that can be sent again, and bytes to be fetched."""

from __future__ import annotations

import base64
import hashlib
import itertools
import mimetypes
from dataclasses import dataclass
from typing import Any

from tests.fakes.botapi.pictures import Size

Json = dict[str, Any]

DOWNLOAD_MOST = 20 * 2**20  # bytes, Bot API, getFile
LARGEST_SIDE, THUMB_SIDE = 2560, 320  # pixels, core.telegram.org/api/files, types w and m


@dataclass(frozen=True, slots=True)
class File:
    """A file: `kind` is photo, document, voice …; `size` are a picture's pixels."""

    id: str
    kind: str
    data: bytes
    name: str = ""
    mime: str = ""
    size: Size = (0, 0)

    @property
    def unique_id(self) -> str:
        """The same for the same bytes, and of no use for sending (Bot API, File)."""
        digest = hashlib.sha256(self.kind.encode() + self.data).digest()
        return base64.urlsafe_b64encode(digest[:12]).decode()

    def as_json(self) -> Json:
        """The fields that all files share."""
        body = {"file_id": self.id, "file_unique_id": self.unique_id}
        return body | {"file_size": len(self.data)}


class Files:
    """All files, by id; `web` is what the fake can fetch of the web: addresses and bytes.

    Telegram stores pictures anew, in several sizes; here every size has the very bytes sent.
    """

    def __init__(self) -> None:
        self.web: dict[str, bytes] = {}
        self._files: dict[str, File] = {}
        self._paths: dict[str, File] = {}
        self._numbers = itertools.count(1)

    def add(
        self, kind: str, data: bytes, *, name: str = "", mime: str = "", size: Size = (0, 0)
    ) -> File:
        """Keep a file under a new id."""
        number = next(self._numbers)
        words = f"\x02{kind}\x00{number:012d}\x01".encode()
        file_id = base64.urlsafe_b64encode(words).decode().rstrip("=")
        mime = mime or mimetypes.guess_type(name)[0] or ""
        file = self._files[file_id] = File(file_id, kind, data, name, mime, size)
        return file

    def get(self, file_id: str) -> File | None:
        """The file of this id."""
        return self._files.get(file_id)

    def path_of(self, file: File) -> str:
        """Where the file can be fetched from now on (getFile's file_path)."""
        number = list(self._files).index(file.id)
        ending = ".jpg" if file.kind == "photo" else f".{file.name.rpartition('.')[2] or 'bin'}"
        path = f"{file.kind}s/file_{number}{ending}"
        self._paths[path] = file
        return path

    def at(self, path: str) -> File | None:
        """The file that was given this path."""
        return self._paths.get(path)

    def photo(self, file: File) -> list[Json]:
        """Bot API, Message, photo: a small size and the largest."""
        width, height = file.size
        sizes = []
        for side in (THUMB_SIDE, LARGEST_SIDE):
            by = min(1.0, side / max(width, height))
            pixels = {"width": max(1, int(width * by)), "height": max(1, int(height * by))}
            kept = file if side == LARGEST_SIDE else self.add("photo", file.data, size=file.size)
            sizes.append(kept.as_json() | pixels)
        return sizes


def document(file: File) -> Json:
    """Bot API, Document."""
    named = {"file_name": file.name} if file.name else {}
    return file.as_json() | named | ({"mime_type": file.mime} if file.mime else {})
