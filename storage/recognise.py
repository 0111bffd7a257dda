"""Whether a release is one we have: by its own identifier, its link, or its date and title."""

from __future__ import annotations

from storage.database import Connection
from storage.model import Draft, Glimpse


async def recognise(connection: Connection, archive: int, draft: Draft | Glimpse) -> int | None:
    """The id of the release this draft is, or None if it is new.

    Different identifiers are different releases. A link tells two of them together only where
    one has no identifier, or where one's identifier is a link itself (a guid that was the
    permalink of its day); date and title only where one of the two has no identifier at all.
    """
    if draft.key:
        found = await _by_key(connection, archive, draft)
    else:
        found = await _by_link(connection, archive, draft)
    return found if found is not None else await _by_fingerprint(connection, archive, draft)


async def _by_key(connection: Connection, archive: int, draft: Draft | Glimpse) -> int | None:
    own, links = draft.aliases[0], draft.aliases[1:]
    found: int | None = await connection.value(
        "SELECT release_id FROM release_aliases WHERE archive_id = ? AND alias = ?"
        " ORDER BY own DESC, release_id LIMIT 1",
        (archive, own),
    )
    for link in links:
        if found is not None:
            break
        found = await connection.value(
            "SELECT release_id FROM release_aliases JOIN releases ON releases.id = release_id"
            " WHERE release_aliases.archive_id = ? AND alias = ? AND (own = 1 OR keyed = 0)"
            " ORDER BY release_id LIMIT 1",
            (archive, link),
        )
    return found


async def _by_link(connection: Connection, archive: int, draft: Draft | Glimpse) -> int | None:
    # The post's own number first: a link may have been another post's once.
    for link in sorted(draft.aliases, key=lambda alias: not alias.startswith("post:")):
        found: int | None = await connection.value(
            "SELECT release_id FROM release_aliases WHERE archive_id = ? AND alias = ?"
            " ORDER BY own DESC, release_id LIMIT 1",
            (archive, link),
        )
        if found is not None:
            return found
    return None


async def _by_fingerprint(
    connection: Connection, archive: int, draft: Draft | Glimpse
) -> int | None:
    if not draft.fingerprint:
        return None
    found: int | None = await connection.value(
        "SELECT id FROM releases WHERE archive_id = ? AND fingerprint = ? AND (keyed = 0 OR ?)"
        " ORDER BY id LIMIT 1",
        (archive, draft.fingerprint, not draft.key),
    )
    return found
