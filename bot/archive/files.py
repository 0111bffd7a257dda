"""Reads releases from a file that somebody kept, and finds the archive it belongs to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bot.archive.document import Document, Unreadable
from bot.archive.identity import host
from bot.archive.parse_process import read_apart
from storage.model import Archive

LARGEST_BYTES = 50_000_000


async def read_file(
    path: Path, archives: Sequence[Archive], named: Archive | None, now: datetime
) -> tuple[Archive, Document]:
    """The file's releases, and whose they are: the archive's whose host their links have.

    Without such a host they are the `named` archive's, else the first one's. Raises Unreadable
    with one sentence for a file that is missing, a folder, not ours to read, or no such thing.
    """
    data = await asyncio.to_thread(_bytes, path)
    likely = named or archives[0]
    document = await read_apart(data, likely, now)
    owner = _owner(document, archives, likely)
    if owner != likely:  # its language and time zone are other ones
        document = await read_apart(data, owner, now)
    return owner, document


def _owner(document: Document, archives: Sequence[Archive], likely: Archive) -> Archive:
    """Several archives may share a host, or a host and differ in the port."""
    for place in (host, _bare_host):
        linked = {place(f"http://{one}") for one in document.hosts}
        owners = [archive for archive in archives if place(archive.url) in linked]
        if owners:
            return likely if likely in owners else owners[0]
    return likely


def _bare_host(url: str) -> str:
    return host(url).partition(":")[0]


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise Unreadable("It is a folder.")
        if path.exists() and not path.is_file():
            raise Unreadable("It is not a file.")
        if path.stat().st_size > LARGEST_BYTES:
            raise Unreadable("It is too large.")
        return path.read_bytes()
    except FileNotFoundError:
        raise Unreadable("There is no such file.") from None
    except PermissionError:
        raise Unreadable("We are not allowed to read it.") from None
    except (OSError, ValueError):
        raise Unreadable("It cannot be read from the disk.") from None
