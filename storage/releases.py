"""The releases: kept, recognised, revised, listed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime

from storage.database import Connection, Database, Row, Transaction
from storage.model import Draft, Fate, Release, Revision, RichText, Saved, Span, Style
from storage.recognise import recognise
from storage.search import index
from storage.times import from_ms, to_ms

COLUMNS = """
releases.id, releases.key, archives.name, releases.link, releases.title, releases.body,
releases.spans, releases.language, releases.published, releases.published_at, releases.revision,
releases.withdrawn
"""
_SELECT = f"SELECT {COLUMNS} FROM releases JOIN archives ON archives.id = releases.archive_id "

# Room for a million releases within one second, or one day where there is no time.
SORT_STEP = 1_000_000


def release_of(row: Row) -> Release:
    """The Release in a row of COLUMNS."""
    body = RichText(row[5], tuple(Span(s, e, Style(k), v) for s, e, k, v in json.loads(row[6])))
    return Release(
        id=row[0], key=row[1], archive=row[2], link=row[3], title=row[4], body=body,
        language=row[7], published=date.fromisoformat(row[8]), published_at=from_ms(row[9]),
        revision=row[10], withdrawn=bool(row[11]),
    )  # fmt: skip


class Releases:
    """The shelf of releases. Lists leave out what was withdrawn."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, number: int) -> Release | None:
        """The release of this id, withdrawn or not."""
        found = await self._list("WHERE releases.id = ?", (number,))
        return found[0] if found else None

    async def latest(self, count: int, skip: int = 0) -> list[Release]:
        """The newest releases, newest first."""
        return await self._list(
            "WHERE releases.withdrawn = 0 ORDER BY releases.sort DESC LIMIT ? OFFSET ?",
            (count, skip),
        )

    async def on_this_day(self, month_day: str) -> list[Release]:
        """All releases of this 'MM-DD' by the archive's date, newest first."""
        return await self._list(
            "WHERE releases.month_day = ? AND releases.withdrawn = 0 ORDER BY releases.sort DESC",
            (month_day,),
        )

    async def between(self, first: date, last: date) -> list[Release]:
        """All releases dated from `first` to `last`, oldest first."""
        return await self._list(
            "WHERE releases.sort BETWEEN ? AND ? AND releases.published BETWEEN ? AND ?"
            " AND releases.withdrawn = 0 ORDER BY releases.sort",
            # An instant and its local date lie at most a day apart.
            (_day(first) - 86400 * SORT_STEP, _day(last) + 2 * 86400 * SORT_STEP,
             first.isoformat(), last.isoformat()),
        )  # fmt: skip

    async def count(self) -> int:
        async with self._database.read() as connection:
            return int(await connection.value("SELECT count(*) FROM releases WHERE withdrawn = 0"))

    async def held(self) -> int:
        """How many wait for an admin's word."""
        async with self._database.read() as connection:
            return int(await connection.value("SELECT count(*) FROM releases WHERE held = 1"))

    async def languages(self) -> list[str]:
        """The languages releases are in, the most used first."""
        async with self._database.read() as connection:
            rows = await connection.rows(
                "SELECT language FROM releases WHERE withdrawn = 0"
                " GROUP BY language ORDER BY count(*) DESC, language"
            )
        return [row[0] for row in rows]

    async def history(self, number: int) -> list[Revision]:
        """All states of one release, oldest first, the present one last."""
        async with self._database.read() as connection:
            rows = await connection.rows(
                "SELECT revision, seen_at, title, body FROM release_revisions WHERE release_id = ?"
                " UNION ALL SELECT revision, revised_at, title, body FROM releases WHERE id = ?"
                " ORDER BY 1",
                (number, number),
            )
        return [Revision(r, from_ms(at), title, body) for r, at, title, body in rows]

    async def unknown(self, archive: str, drafts: Iterable[Draft]) -> list[Draft]:
        """Those of the drafts that would be new."""
        async with self._database.read() as connection:
            place = await connection.value("SELECT id FROM archives WHERE name = ?", (archive,))
            return [d for d in drafts if place is None or not await recognise(connection, place, d)]

    async def outdated(self, reader: int, count: int) -> list[tuple[int, Draft]]:
        """Up to `count` releases that an older version of the reader derived, as they came in."""
        async with self._database.read() as connection:
            rows = await connection.rows(
                "SELECT id, key, link, title, language, published, published_at, source, kind,"
                " reader, digest FROM releases WHERE reader < ? ORDER BY id LIMIT ?",
                (reader, count),
            )
        return [
            (r[0], Draft(
                key=r[1], link=r[2], title=r[3], body=RichText(), language=r[4],
                published=date.fromisoformat(r[5]), published_at=from_ms(r[6]), source=r[7],
                kind=r[8], reader=r[9], aliases=(), fingerprint="", digest=r[10],
            ))
            for r in rows
        ]  # fmt: skip

    async def rederive(self, derived: Iterable[tuple[int, Draft]]) -> None:
        """Replace what was derived from the sources; this makes no revisions."""
        async with self._database.write() as tx:
            for number, draft in derived:
                sort = await tx.value("SELECT sort FROM releases WHERE id = ?", (number,))
                await _replace(tx, number, sort, draft)

    async def _list(self, where: str, values: Iterable[object]) -> list[Release]:
        async with self._database.read() as connection:
            return [release_of(row) for row in await connection.rows(_SELECT + where, values)]


async def save(
    tx: Transaction, archive: int, draft: Draft, fate: Fate, now: datetime
) -> tuple[Saved, int]:
    """Keep one draft: as a new release, a revision, a richer source, or nothing new at all."""
    number = await recognise(tx, archive, draft)
    if number is None:
        number = await _insert(tx, archive, draft, fate, now)
        saved = Saved.NEW
    else:
        saved = await _meet_again(tx, number, draft, now)
    await _sighted(tx, archive, number, draft)
    return saved, number


async def _insert(tx: Transaction, archive: int, draft: Draft, fate: Fate, now: datetime) -> int:
    sort = await _place(tx, draft)
    number = await tx.insert(
        "INSERT INTO releases (sort, archive_id, key, keyed, link, title, body, spans, language,"
        " published, published_at, month_day, fingerprint, revised_at, held, first_seen_at, kind,"
        " source, reader, digest)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            sort, archive, draft.key or draft.fingerprint, bool(draft.key), draft.link,
            draft.title, draft.body.text, _spans(draft.body), draft.language,
            draft.published.isoformat(), to_ms(draft.published_at),
            draft.published.isoformat()[5:], draft.fingerprint, to_ms(now), fate is Fate.HOLD,
            to_ms(now), draft.kind, draft.source, draft.reader, draft.digest,
        ),
    )  # fmt: skip
    await index.add(tx, sort, draft.title, draft.body.text)
    return number


async def _meet_again(tx: Transaction, number: int, draft: Draft, now: datetime) -> Saved:
    row = await tx.row(
        "SELECT sort, kind, digest, reader, withdrawn FROM releases WHERE id = ?", (number,)
    )
    assert row is not None, "the release was recognised in this transaction"
    sort, kind, digest, reader, _ = row
    if draft.kind > kind:
        await _replace(tx, number, sort, draft, source=True)
        return Saved.KNOWN
    if draft.kind == kind:
        edited = draft.digest != digest and draft.reader == reader
    else:
        edited = draft.digest != digest and await _view_changed(tx, number, draft)
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
    await _replace(tx, number, sort, draft, source=True)
    return Saved.CHANGED


async def _view_changed(tx: Transaction, number: int, draft: Draft) -> bool:
    """Whether a poorer source shows other words than it did the last time."""
    last = await tx.value(
        "SELECT digest FROM release_sightings WHERE release_id = ? AND kind = ? AND reader = ?",
        (number, draft.kind, draft.reader),
    )
    return last is not None and last != draft.digest


async def _replace(
    tx: Transaction, number: int, sort: int, draft: Draft, source: bool = False
) -> None:
    """Put the draft's words in place of the release's; with `source` all that came with them."""
    await index.remove(tx, sort)
    if source:
        sort = await _moved(tx, number, sort, draft)
        await tx.run(
            "UPDATE releases SET key = CASE WHEN ? <> '' AND keyed = 0 THEN ? ELSE key END,"
            " keyed = max(keyed, ?), link = CASE WHEN ? <> '' THEN ? ELSE link END, language = ?,"
            " fingerprint = ?, kind = ?, source = ? WHERE id = ?",
            (draft.key, draft.key, bool(draft.key), draft.link, draft.link, draft.language,
             draft.fingerprint, draft.kind, draft.source, number),
        )  # fmt: skip
    await tx.run(
        "UPDATE releases SET title = ?, body = ?, spans = ?, reader = ?, digest = ? WHERE id = ?",
        (draft.title, draft.body.text, _spans(draft.body), draft.reader, draft.digest, number),
    )
    await index.add(tx, sort, draft.title, draft.body.text)


async def _moved(tx: Transaction, number: int, sort: int, draft: Draft) -> int:
    """Give the release the draft's date and, if that is another, its place in the order."""
    before = await tx.row("SELECT published, published_at FROM releases WHERE id = ?", (number,))
    after = (draft.published.isoformat(), to_ms(draft.published_at))
    if before == after or (draft.published_at is None and before and before[0] == after[0]):
        return sort
    sort = await _place(tx, draft)
    await tx.run(
        "UPDATE releases SET sort = ?, published = ?, published_at = ?, month_day = ? WHERE id = ?",
        (sort, after[0], after[1], after[0][5:], number),
    )
    return sort


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
    start = _day(draft.published)
    if draft.published_at is not None:
        start = int(draft.published_at.timestamp()) * SORT_STEP
    last = await connection.value(
        "SELECT max(sort) FROM releases WHERE sort >= ? AND sort < ?", (start, start + SORT_STEP)
    )
    return start if last is None else int(last) + 1


def _day(day: date) -> int:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return int(midnight.timestamp()) * SORT_STEP


def _spans(rich: RichText) -> str:
    return json.dumps([[s.start, s.end, s.style, s.value] for s in rich.spans], ensure_ascii=False)
