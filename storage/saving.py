"""Keeps a draft: as a new release, a revision, a richer source, or nothing new at all."""

from __future__ import annotations

from datetime import UTC, date, datetime

from storage.database import Connection, Transaction
from storage.edits import edited_since, is_behind, view_changed
from storage.model import Draft, Fate, Kind, Saved
from storage.recognise import UNDATED, recognise
from storage.rich import spans_of
from storage.search import index
from storage.times import to_ms
from storage.withdrawing import bring_back

# Room for so many releases within one second, or at the beginning of a day where there is no time;
# more of them go on into the next second. Small, for every index has these numbers.
SORT_STEP = 1000


async def save(
    tx: Transaction, archive: int, draft: Draft, fate: Fate, now: datetime, *, listed: bool
) -> tuple[Saved, int]:
    """Keep one draft: as a new release, a revision, a richer source, or nothing new at all.

    `listed`: its site shows it now. One that was withdrawn is back then, quietly.
    """
    number = await recognise(tx, archive, draft)
    if number is not None and listed:
        await bring_back(tx, number)
    if number is None:
        number = await _insert(tx, archive, draft, fate, now)
        saved = Saved.NEW
        await _sighted(tx, archive, number, draft)
    elif await is_behind(tx, number, draft, now):
        saved = Saved.KNOWN
    else:
        saved = await _meet_again(tx, number, draft, now)
        if listed and saved is Saved.KNOWN:
            await _follow(tx, number, draft)
        await _sighted(tx, archive, number, draft)
    if listed:
        await tx.run("UPDATE releases SET listed = 1, missed = 0 WHERE id = ?", (number,))
    return saved, number


async def _insert(tx: Transaction, archive: int, draft: Draft, fate: Fate, now: datetime) -> int:
    sort = await _place(tx, draft)
    key = draft.key or draft.fingerprint
    taken = "SELECT 1 FROM releases WHERE archive_id = ? AND key = ?"
    if await tx.value(taken, (archive, key)):  # a number that the site has given twice
        key = f"{key}|{draft.link or draft.title}"
    number = await tx.insert(
        "INSERT INTO releases (sort, archive_id, key, keyed, link, title, body, spans, language,"
        " published, published_at, month_day, fingerprint, revised_at, held, first_seen_at, kind,"
        " source, reader, digest, picture, modified)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            sort, archive, key, bool(draft.key), draft.link,
            draft.title, draft.body.text, spans_of(draft.body), draft.language,
            draft.published.isoformat(), to_ms(draft.published_at),
            draft.published.isoformat()[5:], draft.fingerprint, to_ms(now), fate is Fate.HOLD,
            to_ms(now), draft.kind, draft.source, draft.reader, draft.digest, draft.picture,
            draft.modified,
        ),
    )  # fmt: skip
    await index.add(tx, sort, draft.title, draft.body.text)
    return number


async def _meet_again(tx: Transaction, number: int, draft: Draft, now: datetime) -> Saved:
    row = await tx.row(
        "SELECT sort, kind, digest, reader, revised_at FROM releases WHERE id = ?", (number,)
    )
    assert row is not None, "the release was recognised in this transaction"
    sort, kind, digest, reader, revised_at = row
    if draft.modified:  # what was read then is read: unless it changes again, it is not asked for
        await tx.run("UPDATE releases SET modified = ? WHERE id = ?", (draft.modified, number))
    if draft.kind > kind:
        edited = edited_since(draft, kind, digest, reader, revised_at)
        if not edited:
            await replace_words(tx, number, sort, draft, source=True)
            return Saved.KNOWN
    elif draft.kind == kind:
        edited = draft.digest != digest and draft.reader == reader
    elif draft.kind is Kind.EXCERPT:
        edited = False  # it would cut a whole text short; a richer source shows the edit, too
    else:
        edited = draft.digest != digest and await view_changed(tx, number, draft)
    if not edited:
        return Saved.KNOWN
    await tx.run(
        "INSERT INTO release_revisions (release_id, revision, seen_at, title, body)"
        " SELECT id, revision, revised_at, title, body FROM releases WHERE id = ?",
        (number,),
    )
    await tx.run(
        "UPDATE releases SET revision = revision + 1, revised_at = ? WHERE id = ?",
        (to_ms(now), number),
    )
    # Poorer views show this edit later: they are to be met anew, not taken for another one.
    await tx.run(
        "DELETE FROM release_sightings WHERE release_id = ? AND kind < ?", (number, draft.kind)
    )
    await replace_words(tx, number, sort, draft, source=True)
    return Saved.CHANGED


async def _follow(tx: Transaction, number: int, draft: Draft) -> None:
    """Take over the link and the date that the site gives it now: moving it is no edit of words.

    A poorer source is not believed, nor the day it was read where no date was given, which the
    fingerprint says.
    """
    row = await tx.row(
        "SELECT sort, kind, link, title, body, withdrawn FROM releases WHERE id = ?", (number,)
    )
    assert row is not None, "the release was recognised in this transaction"
    sort, kind, link, title, body, withdrawn = row
    if draft.kind < kind:
        return
    if draft.link and draft.link != link:
        await tx.run("UPDATE releases SET link = ? WHERE id = ?", (draft.link, number))
    if draft.fingerprint.startswith(UNDATED) or not await _is_dated_anew(tx, number, draft):
        return
    if not withdrawn:
        await index.remove(tx, sort)
    sort = await _moved(tx, number, sort, draft)
    await tx.run("UPDATE releases SET fingerprint = ? WHERE id = ?", (draft.fingerprint, number))
    if not withdrawn:
        await index.add(tx, sort, title, body)


async def replace_words(
    tx: Transaction, number: int, sort: int, draft: Draft, source: bool = False
) -> None:
    """Put the draft's words in place of the release's; with `source` all that came with them."""
    shown = await tx.value("SELECT withdrawn = 0 FROM releases WHERE id = ?", (number,))
    if shown:
        await index.remove(tx, sort)
    if source:
        sort = await _moved(tx, number, sort, draft)
        await tx.run(
            "UPDATE releases SET key = CASE WHEN ? <> '' AND keyed = 0"
            " AND NOT EXISTS (SELECT 1 FROM releases AS o WHERE o.key = ?"
            " AND o.archive_id = releases.archive_id) THEN ? ELSE key END,"
            " keyed = max(keyed, ?), link = CASE WHEN ? <> '' THEN ? ELSE link END, language = ?,"
            " fingerprint = ?, kind = ?, source = ? WHERE id = ?",
            (draft.key, draft.key, draft.key, bool(draft.key), draft.link, draft.link,
             draft.language, draft.fingerprint, draft.kind, draft.source, number),
        )  # fmt: skip
    await tx.run(
        "UPDATE releases SET title = ?, body = ?, spans = ?, picture = ?, reader = ?, digest = ?"
        " WHERE id = ?",
        (draft.title, draft.body.text, spans_of(draft.body), draft.picture, draft.reader,
         draft.digest, number),
    )  # fmt: skip
    if shown:
        await index.add(tx, sort, draft.title, draft.body.text)


async def _moved(tx: Transaction, number: int, sort: int, draft: Draft) -> int:
    """Give the release the draft's date and, if that is another, its place in the order."""
    if not await _is_dated_anew(tx, number, draft):
        return sort
    after = (draft.published.isoformat(), to_ms(draft.published_at))
    sort = await _place(tx, draft)
    await tx.run(
        "UPDATE releases SET sort = ?, published = ?, published_at = ?, month_day = ? WHERE id = ?",
        (sort, after[0], after[1], after[0][5:], number),
    )
    return sort


async def _is_dated_anew(tx: Transaction, number: int, draft: Draft) -> bool:
    """Whether the draft has another date, or a time where there was none."""
    before = await tx.row("SELECT published, published_at FROM releases WHERE id = ?", (number,))
    assert before is not None, "the release was recognised in this transaction"
    day, at = draft.published.isoformat(), to_ms(draft.published_at)
    return before[0] != day if at is None else before != (day, at)


async def _sighted(tx: Transaction, archive: int, number: int, draft: Draft) -> None:
    await tx.run(
        "INSERT INTO release_sightings (release_id, kind, reader, digest) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (release_id, kind) DO UPDATE"
        " SET reader = excluded.reader, digest = excluded.digest",
        (number, draft.kind, draft.reader, draft.digest),
    )
    for place, alias in enumerate(draft.aliases):
        await tx.run(
            "INSERT INTO release_aliases (archive_id, alias, own, release_id) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (archive, alias, bool(draft.key) and place == 0, number),
        )


async def _place(connection: Connection, draft: Draft) -> int:
    """A free place in publication order: after all of the same second, or day, that came before."""
    start = day_sort(draft.published)
    if draft.published_at is not None:
        start = int(draft.published_at.timestamp()) * SORT_STEP
    while True:
        last = await connection.value(
            "SELECT max(sort) FROM releases WHERE sort >= ? AND sort < ?",
            (start, start + SORT_STEP),
        )
        if last is None:
            return start
        if last < start + SORT_STEP - 1:
            return int(last) + 1
        start += SORT_STEP


def day_sort(day: date) -> int:
    """The first place in the order that a release of this day can have."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return int(midnight.timestamp()) * SORT_STEP
