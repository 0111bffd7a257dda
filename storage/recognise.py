"""Whether a release is one we have: by its own identifier, its link, or its date and title."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from storage.database import Connection, Row
from storage.model import Draft, Glimpse
from storage.times import to_ms

UNDATED = "undated "  # so begins the fingerprint of what its source gives no date

# Names that are a site's number of the post and no more: an import gives them out anew.
_NUMBER = re.compile(r"post:[0-9]+|[^?]*\?(?:.*&)?p=[0-9]+(?:&.*)?")


async def recognise(connection: Connection, archive: int, draft: Draft | Glimpse) -> int | None:
    """The id of the release this draft is, or None if it is new.

    Different identifiers are different releases. A link tells two of them together only where
    one has no identifier, or where one's identifier is a link itself (a guid that was the
    permalink of its day); date and title only where one of the two has no identifier at all.
    The same number is another release where link, date and title are all others.
    """
    if draft.key:
        found = await _by_key(connection, archive, draft)
    else:
        found = await _by_link(connection, archive, draft)
    return found if found is not None else await _by_fingerprint(connection, archive, draft)


async def _by_key(connection: Connection, archive: int, draft: Draft | Glimpse) -> int | None:
    own, links = draft.aliases[0], draft.aliases[1:]
    found = await _by_alias(connection, archive, draft, own)
    if found is None:
        found = await _by_shared_number(connection, archive, draft, own)
    for link in links:
        if found is not None:
            break
        rows = await connection.rows(
            f"{_MET} AND (own = 1 OR keyed = 0) ORDER BY r.id", (archive, link)
        )
        found = _first(rows, draft, link)
    return found


async def _by_link(connection: Connection, archive: int, draft: Draft | Glimpse) -> int | None:
    # The post's own number first: a link may have been another post's once.
    for link in sorted(draft.aliases, key=lambda alias: not alias.startswith("post:")):
        found = await _by_alias(connection, archive, draft, link)
        if found is not None:
            return found
    return None


async def _by_alias(
    connection: Connection, archive: int, draft: Draft | Glimpse, alias: str
) -> int | None:
    rows = await connection.rows(f"{_MET} ORDER BY own DESC, r.id", (archive, alias))
    return _first(rows, draft, alias)


async def _by_shared_number(
    connection: Connection, archive: int, draft: Draft | Glimpse, own: str
) -> int | None:
    """Where another release has its number, too, it is known by its link."""
    number = own.partition("|")[0]  # two of one number in one feed are told apart like this
    if not _NUMBER.fullmatch(number):
        return None
    if not await connection.rows(f"{_MET} AND own = 1", (archive, number)):
        return None
    for link in _named(draft.aliases) - {own}:
        rows = await connection.rows(f"{_MET} AND keyed = 1", (archive, link))
        for row in rows:
            if any(name.partition("|")[0] == number for name in json.loads(row[4])):
                return int(row[0])
    return None


async def _by_fingerprint(
    connection: Connection, archive: int, draft: Draft | Glimpse
) -> int | None:
    if not draft.fingerprint:
        return None
    number = next((alias for alias in draft.aliases if alias.startswith("post:")), "")
    found: int | None = await connection.value(
        _ALIKE, (archive, draft.fingerprint, not draft.key, number)
    )
    return found


def _first(rows: list[Row], draft: Draft | Glimpse, alias: str) -> int | None:
    """The first of those met under this name that it can be; of one number, that of its link."""
    if _NUMBER.fullmatch(alias):
        links = _named(draft.aliases)
        rows = [row for row in rows if not _is_other(row, draft)]
        rows.sort(key=lambda row: not links & _named(json.loads(row[4])))
    return int(rows[0][0]) if rows else None


def _is_other(row: Row, draft: Draft | Glimpse) -> bool:
    """Whether link, date and title are known to be others. A slug stays where its folder moves."""
    if isinstance(draft, Glimpse) or not draft.fingerprint:
        return False
    _, fingerprint, published, published_at, names = row
    ours, theirs = _named(json.loads(names)), _named(draft.aliases)
    if not ours or not theirs or {*map(_slug, ours)} & {*map(_slug, theirs)}:
        return False
    if any(one.startswith(UNDATED) for one in (fingerprint, draft.fingerprint)):
        return False
    if fingerprint.partition(" ")[2] == draft.fingerprint.partition(" ")[2]:
        return False
    at = to_ms(draft.published_at)
    if at is None or published_at is None:
        return bool(published != draft.published.isoformat())
    return bool(published_at != at)


def _named(aliases: Iterable[str]) -> set[str]:
    """The names that are links with words of their own."""
    return {
        one
        for one in aliases
        if not one.startswith("id:") and not _NUMBER.fullmatch(one.partition("|")[0])
    }


def _slug(link: str) -> str:
    last = link.partition("?")[0].rstrip("/").rpartition("/")[2]
    return link if not last or last.isdigit() else last


# Two that a site has given different numbers are two, however alike.
_ALIKE = """
SELECT id FROM releases
WHERE archive_id = ?1 AND fingerprint = ?2 AND (keyed = 0 OR ?3)
  AND (?4 = '' OR NOT EXISTS (SELECT 1 FROM release_aliases
                              WHERE release_id = releases.id AND alias LIKE 'post:%')
       OR EXISTS (SELECT 1 FROM release_aliases WHERE release_id = releases.id AND alias = ?4))
ORDER BY id LIMIT 1
"""
_MET = """
SELECT r.id, r.fingerprint, r.published, r.published_at,
       (SELECT json_group_array(alias) FROM release_aliases WHERE release_id = r.id)
FROM release_aliases AS a JOIN releases AS r ON r.id = a.release_id
WHERE a.archive_id = ? AND a.alias = ?
"""
