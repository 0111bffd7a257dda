"""Statements: drafted, confirmed once by their author alone, and told how they go."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from storage import Seal, SealError, Storage, open_storage
from storage.backup import restore
from storage.model import Address, Lane, Progress, Report, RichText, Span, Statement, Style
from storage.outbox import State
from tests.storage.conftest import (
    LATER,
    NOON,
    SECRET,
    announced,
    chat,
    claim,
    crowd,
    ended,
    fan_out,
    query,
)
from tests.storage.test_subscribers import traces

ADMIN, OTHER = chat(100), chat(200)
LIFE = timedelta(days=1, milliseconds=7)
WORDS = RichText(
    "Hear, hear: here.", (Span(0, 4, Style.BOLD), Span(6, 10, Style.LINK, "https://x"))
)


async def draft(storage: Storage, author: Address = ADMIN, words: RichText = WORDS) -> Statement:
    return await storage.statements.draft(author, words, LIFE, "ru", NOON)


async def sent(storage: Storage, author: Address = ADMIN) -> int:
    """A statement that was confirmed; returns its announcement."""
    written = await draft(storage, author)
    confirmed = await storage.statements.send(written.id, author, LATER)
    assert confirmed is not None
    return confirmed[0]


async def test_a_draft_is_its_authors(storage: Storage) -> None:
    """It is found as it was written, by its author, and by nobody else."""
    written = await draft(storage)

    assert written == Statement(1, WORDS, LIFE)
    assert written == await storage.statements.find(1, ADMIN)
    assert await storage.statements.find(1, OTHER) is None
    assert await storage.statements.find(2, ADMIN) is None
    assert await storage.statements.reports() == []
    assert await storage.outbox.running() == []


async def test_a_new_draft_takes_the_place_of_the_old(storage: Storage) -> None:
    """The buttons under the older preview do nothing any more; others' drafts stay."""
    old, others = await draft(storage), await draft(storage, OTHER)
    new = await draft(storage)

    assert await storage.statements.send(old.id, ADMIN, NOON) is None
    assert [others, new] == [
        await storage.statements.find(others.id, OTHER),
        await storage.statements.find(new.id, ADMIN),
    ]


async def test_confirming_owes_it_to_all_who_are_there(storage: Storage) -> None:
    """Those subscribed at that moment, whatever languages they chose, ahead of releases."""
    await crowd(storage, 2)
    await storage.subscribers.choose(chat(2), only=frozenset({"ru"}))
    number = await sent(storage)
    await storage.subscribers.subscribe(chat(3))
    await fan_out(storage)
    claimed = await claim(storage, now=LATER)

    assert [chat(1), chat(2)] == [d.subscriber.address for d in claimed]
    announcement = claimed[0].announcement
    assert (announcement.id, announcement.kind, announcement.lane) == (
        number, "broadcast", Lane.STATEMENT,
    )  # fmt: skip
    assert (announcement.created_at, announcement.lifetime) == (LATER, LIFE)
    assert await storage.statements.of(number) == Statement(1, WORDS, LIFE, number)


async def test_confirming_twice_is_once(storage: Storage) -> None:
    """Pressed again, today or tomorrow, it says that it was confirmed before."""
    written = await draft(storage)
    assert await storage.statements.send(written.id, ADMIN, NOON) == (1, True)
    assert await storage.statements.send(written.id, ADMIN, LATER) == (1, False)
    await storage.statements.reported(written.id, "5", over=True)
    assert await storage.statements.send(written.id, ADMIN, LATER) is None, "nobody's any more"
    assert await storage.statements.announced(written.id) == 1

    assert [(1,)] == await query(storage, "SELECT count(*) FROM announcements")


async def test_nobody_confirms_or_drops_anothers(storage: Storage) -> None:
    """Another admin's press does nothing to it."""
    written = await draft(storage)
    assert await storage.statements.send(written.id, OTHER, NOON) is None
    assert not await storage.statements.discard(written.id, OTHER)

    assert written == await storage.statements.find(written.id, ADMIN)


async def test_a_draft_can_be_dropped(storage: Storage) -> None:
    """Once; and not when it was confirmed."""
    written = await draft(storage)
    assert await storage.statements.discard(written.id, ADMIN)
    assert not await storage.statements.discard(written.id, ADMIN)
    assert await storage.statements.send(written.id, ADMIN, NOON) is None
    number = await sent(storage)

    confirmed = await storage.statements.of(number)
    assert confirmed is not None
    assert not await storage.statements.discard(confirmed.id, ADMIN)
    assert await storage.statements.find(confirmed.id, ADMIN) == confirmed


async def test_what_is_no_statement_says_nothing(storage: Storage) -> None:
    """A release's announcement has no words of an admin."""
    await announced(storage)

    assert await storage.statements.of(1) is None


async def test_the_author_is_told_until_it_is_over(storage: Storage) -> None:
    """In which message, in their language, how far it is; after the last word nothing more."""
    await crowd(storage, 2)
    number = await sent(storage)
    await fan_out(storage)
    begun = Progress(number, 2, 0, 0, 0, 0, cancelled=False, over=False)
    assert await storage.statements.reports() == [Report(1, ADMIN, "", "ru", begun)]
    await storage.statements.reported(1, "55", over=False)
    await storage.outbox.record(ended(d, State.SENT) for d in await claim(storage, now=LATER))
    over = Progress(number, 2, 2, 0, 0, 0, cancelled=False, over=True)
    assert await storage.statements.reports() == [Report(1, ADMIN, "55", "ru", over)]
    await storage.statements.reported(1, "55", over=True)

    assert await storage.statements.reports() == []
    kept = await query(storage, "SELECT author, chat_hash FROM statements")
    assert [(b"", b"")] == kept, "who it was is not needed any more"


async def test_an_author_that_does_not_open_holds_up_no_report(storage: Storage) -> None:
    """Nobody can be told of that one; the others are."""
    await sent(storage)
    await sent(storage, OTHER)
    async with storage.database.write() as tx:
        await tx.run("UPDATE statements SET author = x'00' WHERE id = 1")

    assert [OTHER] == [report.author for report in await storage.statements.reports()]
    assert [(1,), (0,)] == await query(storage, "SELECT reported FROM statements")


async def test_an_author_is_sealed_apart_from_subscribers(storage: Storage) -> None:
    """A sealed address that was put from one table into the other does not open."""
    await storage.subscribers.subscribe(ADMIN)
    await sent(storage)
    async with storage.database.write() as tx:
        await tx.run("UPDATE statements SET author = (SELECT address FROM subscribers)")

    assert await storage.statements.reports() == []


async def test_whoever_is_forgotten_said_nothing(path: Path) -> None:
    """Drafts go, what was said to all stays without an author, and no byte tells who it was."""
    seal = Seal(SECRET)
    async with open_storage(path, seal) as storage:
        number, _ = await sent(storage), await sent(storage, OTHER)
        await storage.statements.reported(1, "55136", over=False)
        await draft(storage, words=RichText("Something secret"))
        rows = await query(storage, "SELECT author, chat_hash FROM statements WHERE id <> 2")
        needles = [part for row in rows for part in row] + [b"Something secret", b"55136"]
        assert traces(path.parent, needles) != []
        assert await storage.subscribers.forget(ADMIN)

        assert traces(path.parent, needles) == []
        assert await storage.facts.get("forgotten") == "1"
        assert [OTHER] == [report.author for report in await storage.statements.reports()]
        assert await storage.statements.find(1, ADMIN) is None
        assert (await storage.statements.of(number)) == Statement(1, WORDS, LIFE, number)
        assert not await storage.subscribers.forget(ADMIN)


async def test_a_report_on_its_way_does_not_bring_the_forgotten_back(storage: Storage) -> None:
    """The author is forgotten while the message that counts is being sent."""
    await sent(storage)
    await storage.subscribers.forget(ADMIN)
    await storage.statements.reported(1, "55", over=False)

    assert [("", 1)] == await query(storage, "SELECT report, reported FROM statements")


async def test_a_chat_that_moved_takes_its_statements_along(storage: Storage) -> None:
    """Drafts and those that are under way are the new address's; what is over is nobody's."""
    await sent(storage)
    await storage.statements.reported(1, "55", over=True)
    going = await sent(storage)
    written = await draft(storage)
    await storage.subscribers.move(ADMIN, OTHER)

    assert [OTHER] == [report.author for report in await storage.statements.reports()]
    assert await storage.statements.send(1, OTHER, NOON) is None
    assert await storage.statements.send(2, OTHER, NOON) == (going, False)
    assert await storage.statements.find(written.id, ADMIN) is None
    assert await storage.statements.discard(written.id, OTHER)


async def test_what_was_said_is_read_without_a_key(path: Path) -> None:
    """An author is not found without it, and an author's key is not given up for another."""
    async with open_storage(path, Seal(SECRET)) as storage:
        number = await sent(storage)
    async with open_storage(path) as storage:
        assert await storage.statements.of(number) is not None
        for work in (storage.statements.find(1, ADMIN), storage.statements.reports()):
            with pytest.raises(SealError):
                await work
    async with open_storage(path, Seal(SECRET)) as storage:
        assert [ADMIN] == [report.author for report in await storage.statements.reports()]
    with pytest.raises(SealError):
        async with open_storage(path, Seal(b"o" * 32)):
            pass


async def test_a_restored_backup_says_nothing_again(path: Path, tmp_path: Path) -> None:
    """What was under way is not sent any further, and a draft of then cannot be confirmed now."""
    saved = tmp_path / "elsewhere.db"
    async with open_storage(path, Seal(SECRET)) as storage:
        await crowd(storage, 2)
        number = await sent(storage)
        await storage.outbox.fan_out(1)
        written = await draft(storage, OTHER)
        await storage.backup(saved)
    await restore(saved, path)
    async with open_storage(path, Seal(SECRET)) as storage:
        await fan_out(storage)
        assert await claim(storage, now=LATER) == []
        assert await storage.statements.send(written.id, OTHER, LATER) is None
        assert await storage.statements.reports() == []
        progress = await storage.outbox.progress(number)
        assert progress == Progress(number, 1, 0, 0, 1, 0, cancelled=False, over=True)
        assert (await draft(storage)).id > written.id
