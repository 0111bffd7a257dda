"""What is kept of those who say something to all, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from storage import Storage
from storage.model import Content, Delivery, RichText
from storage.outbox import Result, State
from tests.storage.conftest import LATER, NOON, chat, claim, crowd, ended, fan_out
from tests.storage.test_statements import ADMIN, OTHER, draft, sent


def failed(delivery: Delivery, error: str) -> Result:
    return replace(ended(delivery, State.FAILED), error=error)


async def test_whatever_is_kept_of_a_chat_is_known(storage: Storage) -> None:
    """A draft, a statement under way, a choice, a letter: each is what forgetting would erase."""
    kept = storage.subscribers.kept
    assert not await kept(ADMIN)
    await draft(storage)
    assert (await kept(ADMIN), await kept(OTHER)) == (True, False)
    await sent(storage, OTHER)
    await storage.subscribers.choose(chat(7), language="ru")
    await storage.mailboxes.put([(chat(8), "1", Content("Hello."))], NOON)

    assert [True] * 3 == [await kept(one) for one in (OTHER, chat(7), chat(8))]
    for one in (ADMIN, OTHER, chat(7), chat(8)):
        assert await storage.subscribers.forget(one)
        assert not await kept(one)


async def test_after_the_last_word_nothing_is_kept_of_an_author(storage: Storage) -> None:
    """There is nothing to forget any more; what was said stays."""
    number = await sent(storage)
    assert await storage.subscribers.kept(ADMIN)
    await storage.statements.reported(1, "55", over=False)
    assert await storage.subscribers.kept(ADMIN)
    await storage.statements.reported(1, "55", over=True)

    assert not await storage.subscribers.kept(ADMIN)
    assert not await storage.subscribers.forget(ADMIN)
    assert await storage.statements.unfinished(ADMIN) is None
    assert await storage.statements.of(number) is not None


async def test_the_unfinished_one_is_the_newest(storage: Storage) -> None:
    """A draft behind what is under way, until it is dropped; nobody else's."""
    going = await sent(storage)
    written = await draft(storage, words=RichText("More."))
    assert written == await storage.statements.unfinished(ADMIN)
    await storage.statements.discard(written.id, ADMIN)
    found = await storage.statements.unfinished(ADMIN)

    assert found is not None
    assert going == found.announcement
    assert await storage.statements.unfinished(OTHER) is None


async def test_what_became_of_a_statement_is_known_to_all(storage: Storage) -> None:
    """The announcement of one that was confirmed, and 0 for drafts and for nothing."""
    number = await sent(storage)
    written = await draft(storage)

    assert [number, 0, 0] == [
        await storage.statements.announced(n) for n in (1, written.id, written.id + 1)
    ]


async def test_who_was_forgotten_waits_for_nothing(storage: Storage) -> None:
    """Neither does who has heard the last word."""
    for author in (ADMIN, OTHER):
        await sent(storage, author)
    assert [True, True] == [await storage.statements.waited_for(n) for n in (1, 2)]
    await storage.subscribers.forget(ADMIN)
    await storage.statements.reported(2, "5", over=True)

    assert [False, False] == [await storage.statements.waited_for(n) for n in (1, 2)]


async def test_a_content_that_was_refused_is_told_from_people_who_are_gone(
    storage: Storage,
) -> None:
    """Nobody has it either way, but only one of them can be said in other words."""
    await crowd(storage, 2)
    gone, refused = await sent(storage), await sent(storage, OTHER)
    begun = await storage.outbox.progress(gone)
    assert begun is not None
    assert not begun.whole, "it is not known yet how many it is for"
    await fan_out(storage)
    claimed = await claim(storage, now=LATER)
    await storage.outbox.record(failed(d, "gone") for d in claimed)
    claimed = await claim(storage, now=LATER + timedelta(minutes=1))
    await storage.outbox.record([failed(claimed[0], "refused")])
    halfway = await storage.outbox.progress(refused)
    await storage.outbox.record([ended(claimed[1], State.SKIPPED)])
    found = [await storage.outbox.progress(number) for number in (gone, refused)]

    assert halfway is not None
    assert not halfway.refused
    assert [(False, True, True), (True, True, True)] == [
        (p.refused, p.over, p.whole) for p in found if p is not None
    ]
