"""Whether other words are an edit, or the same ones as another source or an old cache has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage.database import Transaction
from storage.model import Draft, Kind
from storage.times import from_ms

CACHED = timedelta(days=1)  # no cache on the way is behind for longer


async def is_behind(tx: Transaction, number: int, draft: Draft, now: datetime) -> bool:
    """Whether a cache has given the draft: it is older than what we have.

    So is the very text of a richer source that we had before a poorer one showed an edit of it.
    """
    row = await tx.row(
        "SELECT kind, digest, modified, revised_at FROM releases WHERE id = ?", (number,)
    )
    assert row is not None, "the release was recognised in this transaction"
    kind, digest, modified, revised_at = row
    before, after = _modified(modified), _modified(draft.modified)
    if before and after and before != after:
        return after < before
    if draft.kind <= kind or draft.digest == digest or now - from_ms(revised_at) > CACHED:
        return False
    return draft.digest == await _last_view(tx, number, draft)


def edited_since(draft: Draft, kind: int, digest: str, reader: int, revised_at: int) -> bool:
    """Whether a richer source has other words because of an edit after the poorer one was read.

    Other words alone are none: a richer source has more of them.
    """
    if kind == Kind.EXCERPT or draft.reader != reader or draft.digest == digest:
        return False
    modified = _modified(draft.modified)
    return modified is not None and modified > from_ms(revised_at)


def _modified(given: str) -> datetime | None:
    """When a source says that it was changed, None where it does not."""
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)  # REST's `modified_gmt` names no zone


async def view_changed(tx: Transaction, number: int, draft: Draft) -> bool:
    """Whether a poorer source shows other words than it did the last time."""
    return await _last_view(tx, number, draft) not in (None, draft.digest)


async def _last_view(tx: Transaction, number: int, draft: Draft) -> str | None:
    """The digest of what this kind of source showed the last time."""
    digest: str | None = await tx.value(
        "SELECT digest FROM release_sightings WHERE release_id = ? AND kind = ? AND reader = ?",
        (number, draft.kind, draft.reader),
    )
    return digest
