"""The rows of what is followed: read, written, and given up when nobody follows them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from storage.database import Connection, Transaction
from storage.following import terms
from storage.following.matching import opposite, same
from storage.following.wishes import Meaning
from storage.model import Follow, Naming

WANTED = ("name", "keyword")
ALL = (*WANTED, "exclusion")
MOST = 30  # follows of one chat


async def followed(connection: Connection, number: int) -> list[Follow]:
    """What a subscriber follows, names first, what is excluded last."""
    rows = await connection.rows(
        "SELECT kind, value FROM subscription_filters"
        " WHERE subscriber_id = ? AND kind <> 'language'",
        (number,),
    )
    found = [Follow(kind, value) for kind, value in rows]
    return sorted(found, key=lambda follow: (ALL.index(follow.kind), follow.value.casefold()))


async def put(
    tx: Transaction, number: int, follow: Follow, naming: Naming, meaning: Meaning
) -> None:
    """Follow it from now on; audiences that are being written have to be settled before."""
    await _insert(tx, number, [follow])
    await terms.put(tx, follow, naming, meaning)


async def drop(tx: Transaction, number: int, kinds: Collection[str] = ALL) -> list[Follow]:
    """Follow nothing of these kinds any more; returns what was followed."""
    gone = [follow for follow in await followed(tx, number) if follow.kind in kinds]
    await remove(tx, number, gone)
    return gone


async def remove(tx: Transaction, number: int, follows: Iterable[Follow]) -> None:
    follows = list(follows)
    await tx.run_many(
        "DELETE FROM subscription_filters WHERE subscriber_id = ? AND kind = ? AND value = ?",
        ((number, follow.kind, follow.value) for follow in follows),
    )
    await give_up(tx, follows)


async def give_up(tx: Transaction, follows: Iterable[Follow]) -> None:
    """Keep nothing of what nobody follows any more."""
    values = [(follow.kind, follow.value) for follow in follows]
    for table in ("follow_terms", "announcement_follows"):
        await tx.run_many(
            f"DELETE FROM {table} WHERE kind = ?1 AND value = ?2 AND NOT EXISTS"
            " (SELECT 1 FROM subscription_filters WHERE kind = ?1 AND value = ?2)",
            values,
        )


async def only_languages(tx: Transaction, number: int, only: Collection[str]) -> None:
    """Releases in these languages alone; in none of them: in all there are."""
    await tx.run(
        "DELETE FROM subscription_filters WHERE subscriber_id = ? AND kind = 'language'", (number,)
    )
    await _insert(tx, number, [Follow("language", value) for value in sorted(only)])


async def join(tx: Transaction, one: int, other: int) -> None:
    """What `one` follows becomes what both do: everything wins over a list, and what either does
    not want stays unwanted. No more than MOST: its own go first.
    """
    own, added = await followed(tx, one), await followed(tx, other)
    if not all(any(f.kind in WANTED for f in follows) for follows in (own, added)):
        await drop(tx, one, WANTED)
        own, added = ([f for f in some if f.kind not in WANTED] for some in (own, added))
    whole = list(own)
    for follow in reversed(added):  # what is not wanted goes before what is
        if any(same(follow, there) or opposite(follow, there) for there in whole):
            continue
        if len(whole) < MOST:
            whole.append(follow)
    await _insert(tx, one, whole[len(own) :])


async def move(tx: Transaction, old: int, new: int) -> None:
    """What `new` has chosen of releases, languages too, becomes what `old` has."""
    before = await followed(tx, new)
    await tx.run("DELETE FROM subscription_filters WHERE subscriber_id = ?", (new,))
    await tx.run(
        "UPDATE subscription_filters SET subscriber_id = ? WHERE subscriber_id = ?", (new, old)
    )
    await give_up(tx, before)


async def _insert(tx: Transaction, number: int, filters: Iterable[Follow]) -> None:
    await tx.run_many(
        "INSERT INTO subscription_filters (subscriber_id, kind, value) VALUES (?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        ((number, one.kind, one.value) for one in filters),
    )
