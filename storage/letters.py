"""The rows behind mailboxes: letters put in, changed, cut to size, and erased with their reader."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from storage.database import Row, Transaction
from storage.facts import CHANGE, next_number
from storage.model import Content, Letter
from storage.times import from_ms

NEWEST = 50  # letters of one mailbox
PIECE = 500  # rows asked for in one statement
MOST = 2**63 - 1

COLUMNS = """
letters.id, letters.change, letters.at, coalesce(contents.words, ''),
coalesce(contents.media_type, '') <> ''
"""
FROM = "FROM letters LEFT JOIN contents ON contents.id = letters.content_id"
MAILBOX = "letters.mailbox_id = (SELECT id FROM mailboxes WHERE chat_hash = ?)"
ONE = f"letters.id = ? AND {MAILBOX}"


@dataclass(frozen=True, slots=True)
class Parcel:
    """One content for one mailbox, under the key of its delivery."""

    platform: str
    chat_hash: bytes
    key: str
    content: Content
    digest: bytes


def storable(number: int) -> int:
    """This number, or the nearest that SQLite takes: the outside may ask for any."""
    return max(-MOST, min(number, MOST))


def letter_of(row: Row) -> Letter:
    """The Letter in a row of COLUMNS."""
    number, change, at, words, pictured = row
    return Letter(number, change, from_ms(at), words, bool(pictured))


async def put(tx: Transaction, parcels: Sequence[Parcel], at: int, today: str) -> list[Letter]:
    """Put each into its mailbox; gives their letters, in the order of the parcels."""
    contents = await _contents(tx, {p.digest: p.content for p in parcels})
    boxes = await _mailboxes(tx, parcels, today)
    wanted = [(boxes[p.chat_hash], p.key) for p in parcels]
    last = await next_number(tx, CHANGE, len(parcels))
    await tx.run_many(
        "INSERT INTO letters (mailbox_id, key, content_id, at, change) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (mailbox_id, key) DO NOTHING",
        [
            (*where, contents[p.digest], at, change)
            for where, p, change in zip(
                wanted, parcels, range(last - len(parcels) + 1, last + 1), strict=True
            )
        ],
    )
    letters = await _letters(tx, wanted)
    await tx.run_many(_CUT, [(box, box, NEWEST) for box in boxes.values()])
    return [letters[where] for where in wanted]


async def change(
    tx: Transaction, chat_hash: bytes, number: int, content: Content | None = None
) -> Letter | None:
    """Put this content, or none, in place of a letter's; None if there is no such letter.

    What was taken back stays so: it is no letter to be altered, and is not taken back again.
    """
    row = await tx.row(f"SELECT content_id FROM letters WHERE {ONE}", (number, chat_hash))
    if row is None or (row[0] is None and content is not None):
        return None
    there = None
    if content is not None:
        [digest] = digests([content])
        there = (await _contents(tx, {digest: content}))[digest]
    if there != row[0]:
        await tx.run(
            "UPDATE letters SET content_id = ?, change = ? WHERE id = ?",
            (there, await next_number(tx, CHANGE), number),
        )
    found = await tx.row(f"SELECT {COLUMNS} {FROM} WHERE {ONE}", (number, chat_hash))
    return letter_of(found) if found is not None else None


async def erase(tx: Transaction, chat_hash: bytes) -> bool:
    """Delete a mailbox, and what only it held. False if there was none."""
    held = await tx.rows(
        f"SELECT DISTINCT content_id FROM letters WHERE content_id IS NOT NULL AND {MAILBOX}",
        (chat_hash,),
    )
    erased = await tx.run("DELETE FROM mailboxes WHERE chat_hash = ?", (chat_hash,))
    await tx.run_many(UNREAD, held)
    return bool(erased)


def digests(contents: Iterable[Content]) -> list[bytes]:
    """One for each content, the same for the same words and picture; a picture is read once."""
    pictures: dict[int, bytes] = {}
    found = []
    for content in contents:
        picture = content.picture
        if picture is not None and id(picture) not in pictures:
            pictures[id(picture)] = _digest(
                picture.media_type.encode(), picture.name.encode(), picture.description.encode(),
                picture.data,
            )  # fmt: skip
        found.append(_digest(content.words.encode(), pictures.get(id(picture), b"")))
    return found


def _digest(*parts: bytes) -> bytes:
    found = hashlib.blake2b(digest_size=32)
    for part in parts:
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.digest()


async def _contents(tx: Transaction, wanted: Mapping[bytes, Content]) -> dict[bytes, int]:
    """The row of each content, by its digest: kept once however many get it."""
    rows = await _by(tx, "SELECT digest, id FROM contents WHERE digest IN", wanted)
    new = [(digest, *_columns(wanted[digest])) for digest in wanted if digest not in rows]
    if not new:
        return rows
    await tx.run_many(
        "INSERT INTO contents (digest, words, media_type, name, description, picture)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        new,
    )
    return await _by(tx, "SELECT digest, id FROM contents WHERE digest IN", wanted)


def _columns(content: Content) -> tuple[object, ...]:
    picture = content.picture
    if picture is None:
        return (content.words, "", "", "", b"")
    return (
        content.words, picture.media_type, picture.name, picture.description, picture.data,
    )  # fmt: skip


async def _mailboxes(tx: Transaction, parcels: Sequence[Parcel], today: str) -> dict[bytes, int]:
    """The mailbox of each reader; who has none gets one."""
    wanted = {p.chat_hash: p.platform for p in parcels}
    await tx.run_many(
        "INSERT INTO mailboxes (platform, chat_hash, seen_on) VALUES (?, ?, ?)"
        " ON CONFLICT (chat_hash) DO NOTHING",
        [(platform, chat_hash, today) for chat_hash, platform in wanted.items()],
    )
    return await _by(tx, "SELECT chat_hash, id FROM mailboxes WHERE chat_hash IN", wanted)


async def _letters(
    tx: Transaction, wanted: Sequence[tuple[int, str]]
) -> dict[tuple[int, str], Letter]:
    found: dict[tuple[int, str], Letter] = {}
    for first in range(0, len(wanted), PIECE):
        piece = wanted[first : first + PIECE]
        places = ", ".join(["(?, ?)"] * len(piece))
        rows = await tx.rows(
            f"WITH wanted (box, wish) AS (VALUES {places}) SELECT box, wish, {COLUMNS}"
            " FROM wanted CROSS JOIN letters ON letters.mailbox_id = box AND letters.key = wish"
            " LEFT JOIN contents ON contents.id = letters.content_id",
            [value for pair in piece for value in pair],
        )
        found.update({(row[0], row[1]): letter_of(row[2:]) for row in rows})
    return found


async def _by(tx: Transaction, select: str, keys: Iterable[bytes]) -> dict[bytes, int]:
    """What a statement that ends in IN finds for these keys."""
    keys, found = list(keys), dict[bytes, int]()
    for first in range(0, len(keys), PIECE):
        piece = keys[first : first + PIECE]
        found.update(await tx.rows(f"{select} ({', '.join('?' * len(piece))})", piece))
    return found


_CUT = """
DELETE FROM letters WHERE mailbox_id = ? AND id <=
    (SELECT id FROM letters WHERE mailbox_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?)
"""
UNREAD = """
DELETE FROM contents
WHERE id = ? AND NOT EXISTS (SELECT 1 FROM letters WHERE content_id = contents.id)
"""
