"""Mailboxes: bounded, nothing twice, in the order of changes, and nothing of who reads them."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

import pytest

from storage import Seal, SealError, Storage, open_storage
from storage.model import Address, Attachment, Content, Letter
from tests.storage.conftest import DAY, NOON, SECRET, query

PICTURE = Attachment(b"\x89PNG" + bytes(900), "image/png", "lead.png", "A man at a desk.")
TODAY = NOON.date()


def reader(number: int, thread: str = "") -> Address:
    return Address("somewhere", f"reader-{number}", thread)


async def put(storage: Storage, who: Address, *keys: str, now: datetime = NOON) -> list[Letter]:
    """Put a letter for each key, which are its words, too."""
    return await storage.mailboxes.put([(who, key, Content(key)) for key in keys], now)


async def words(storage: Storage, who: Address, change: int = 0) -> list[str]:
    return [letter.words for letter in await storage.mailboxes.since(who, change)]


async def count(storage: Storage, table: str) -> int:
    [(found,)] = await query(storage, f"SELECT count(*) FROM {table}")
    return int(found)


async def test_a_letter_is_there_for_its_reader_alone(storage: Storage) -> None:
    """What was put comes back as it was, under every thread of its chat, and to nobody else."""
    [letter] = await storage.mailboxes.put([(reader(1), "d1", Content("<p>ä</p>", PICTURE))], NOON)

    assert Letter(letter.id, letter.change, NOON, "<p>ä</p>", pictured=True) == letter
    assert [letter] == await storage.mailboxes.since(reader(1))
    assert [letter] == await storage.mailboxes.since(reader(1, "a thread"))
    assert PICTURE == await storage.mailboxes.picture(reader(1), letter.id)
    assert [] == await storage.mailboxes.since(reader(2))
    assert None is await storage.mailboxes.picture(reader(2), letter.id)
    assert None is await storage.mailboxes.alter(reader(2), letter.id, Content("Ha!"))
    assert None is await storage.mailboxes.take_back(reader(2), letter.id)
    assert ["<p>ä</p>"] == await words(storage, reader(1))


async def test_a_letter_without_a_picture_has_none(storage: Storage) -> None:
    """Nothing is made up where there is nothing, nor for a letter that there is not."""
    [letter] = await put(storage, reader(1), "plain")

    assert not letter.pictured
    assert None is await storage.mailboxes.picture(reader(1), letter.id)
    assert None is await storage.mailboxes.picture(reader(1), letter.id + 1)


async def test_the_same_key_is_one_letter(storage: Storage) -> None:
    """Put again, in the same batch or a later one, it is the letter that is there, as it is."""
    [first, twin] = await put(storage, reader(1), "d1", "d1")
    [again] = await storage.mailboxes.put([(reader(1), "d1", Content("other"))], NOON + DAY)
    [elsewhere] = await put(storage, reader(2), "d1")

    assert first == twin == again
    assert elsewhere.id != first.id
    assert [first] == await storage.mailboxes.since(reader(1))


async def test_letters_come_back_in_the_order_of_the_parcels(storage: Storage) -> None:
    """Whoever puts many at once is told which letter is whose, known ones in between."""
    await put(storage, reader(2), "b")
    parcels = [(reader(n), key, Content(f"{n}{key}")) for key in "ab" for n in (3, 2, 1)]
    letters = await storage.mailboxes.put(parcels, NOON)

    assert ["3a", "2a", "1a", "3b", "b", "1b"] == [letter.words for letter in letters]
    assert [] == await storage.mailboxes.put([], NOON)


async def test_one_content_is_kept_once_however_many_get_it(storage: Storage) -> None:
    """The same words and picture are one row; another picture or description makes another."""
    other = Attachment(PICTURE.data, PICTURE.media_type, PICTURE.name, "The same, in Russian.")
    twin = Attachment(PICTURE.data, PICTURE.media_type, PICTURE.name, PICTURE.description)
    contents = [Content("a", PICTURE), Content("a", twin), Content("a", other), Content("a")]
    for number in range(3):
        await storage.mailboxes.put(
            [(reader(number), f"{n}", content) for n, content in enumerate(contents)], NOON
        )

    assert 3 == await count(storage, "contents")
    assert 12 == await count(storage, "letters")


async def test_changes_are_told_in_their_order(storage: Storage) -> None:
    """After a change: what came, was altered or taken back since; each once, as it is now."""
    first, second, third = await put(storage, reader(1), "one", "two", "three")
    [elsewhere] = await put(storage, reader(2), "elsewhere")
    taken = await storage.mailboxes.take_back(reader(1), third.id)
    altered = await storage.mailboxes.alter(reader(1), first.id, Content("uno", PICTURE))
    [fourth] = await put(storage, reader(1), "four")

    assert taken == Letter(third.id, elsewhere.change + 1, NOON, "")
    assert altered == Letter(first.id, elsewhere.change + 2, NOON, "uno", pictured=True)
    since = storage.mailboxes.since
    assert [altered, second, fourth] == await since(reader(1))
    assert [taken, altered, fourth] == await since(reader(1), third.change)
    assert [fourth] == await since(reader(1), altered.change)
    assert [] == await since(reader(1), fourth.change)


async def test_what_was_taken_back_stays_so(storage: Storage) -> None:
    """It has no words and no picture, is not altered, and is no news a second time."""
    [letter] = await storage.mailboxes.put([(reader(1), "d1", Content("Oh!", PICTURE))], NOON)
    taken = await storage.mailboxes.take_back(reader(1), letter.id)
    assert taken is not None

    assert taken == await storage.mailboxes.take_back(reader(1), letter.id)
    assert None is await storage.mailboxes.alter(reader(1), letter.id, Content("Oh again!"))
    assert None is await storage.mailboxes.picture(reader(1), letter.id)
    assert [taken] == await put(storage, reader(1), "d1")
    assert [] == await storage.mailboxes.since(reader(1))
    assert [] == await storage.mailboxes.since(reader(1), taken.change)


async def test_the_same_content_again_is_no_change(storage: Storage) -> None:
    """An edit that was told twice is told to open pages once."""
    [letter] = await put(storage, reader(1), "one")
    altered = await storage.mailboxes.alter(reader(1), letter.id, Content("uno"))
    assert altered is not None

    assert altered == await storage.mailboxes.alter(reader(1), letter.id, Content("uno"))
    assert [] == await storage.mailboxes.since(reader(1), altered.change)


async def test_only_the_newest_fifty_are_kept(storage: Storage) -> None:
    """The oldest go as new ones come, in the same step, whatever was edited meanwhile."""
    letters = await put(storage, reader(1), *[f"{n}" for n in range(50)])
    await storage.mailboxes.alter(reader(1), letters[0].id, Content("edited"))
    await put(storage, reader(2), "other")
    assert 51 == await count(storage, "letters")
    await put(storage, reader(1), "50", "51")
    assert 51 == await count(storage, "letters")
    assert [f"{n}" for n in range(2, 52)] == await words(storage, reader(1))
    batch = await put(storage, reader(1), *[f"{n}" for n in range(100, 180)])

    assert [f"{n}" for n in range(100, 180)] == [letter.words for letter in batch]
    assert [f"{n}" for n in range(130, 180)] == await words(storage, reader(1))
    assert ["other"] == await words(storage, reader(2))


@pytest.mark.parametrize("number", [-1, 2**63, -(2**70), 10**40])
async def test_any_number_may_be_asked_for(storage: Storage, number: int) -> None:
    """A page that asks for what there never was is told so, and breaks nothing."""
    await put(storage, reader(1), "one")

    assert number > 0 or ["one"] == await words(storage, reader(1), number)
    assert number < 0 or [] == await words(storage, reader(1), number)
    assert None is await storage.mailboxes.picture(reader(1), number)
    assert None is await storage.mailboxes.alter(reader(1), number, Content("x"))
    assert None is await storage.mailboxes.take_back(reader(1), number)


async def test_changes_grow_over_restarts_and_what_was_dropped(
    path: Path, storage: Storage
) -> None:
    """No number is given twice, also after the letter that had it is gone."""
    [letter] = await put(storage, reader(1), "one")
    await storage.subscribers.forget(reader(1))
    async with open_storage(path, Seal(SECRET), checkpoints=False) as again:
        [later] = await put(again, reader(1), "one")

    assert later.id > letter.id
    assert later.change > letter.change


async def test_nothing_is_kept_of_who_it_is(path: Path, storage: Storage) -> None:
    """No chat and no token stands in the file or its log, in no spelling of ours."""
    who = Address("somewhere", "a-very-telling-name", "a-thread")
    token = storage.mailboxes.token(who)
    [letter] = await put(storage, who, "news")
    await storage.mailboxes.seen(who, TODAY)
    await storage.mailboxes.alter(who, letter.id, Content("old news"))
    kept = path.read_bytes() + path.with_name("herald.db-wal").read_bytes()

    assert b"old news" in kept
    for secret in (who.chat, who.thread, token):
        assert secret.encode() not in kept


async def test_forgetting_takes_the_mailbox_along(path: Path, storage: Storage) -> None:
    """Its letters are gone, from the disk too, and what only it held; others keep theirs."""
    await storage.subscribers.subscribe(reader(1))
    shared = Content("what everybody got")
    for who in (reader(1), reader(2)):
        await storage.mailboxes.put([(who, "d1", shared)], NOON)
    await storage.mailboxes.put([(reader(1), "d2", Content("what one alone got"))], NOON)
    [(hashed,)] = await query(storage, "SELECT chat_hash FROM mailboxes ORDER BY id LIMIT 1")

    assert await storage.subscribers.forget(reader(1))
    assert [] == await storage.mailboxes.since(reader(1))
    assert ["what everybody got"] == await words(storage, reader(2))
    assert 0 == path.with_name("herald.db-wal").stat().st_size
    for gone in (hashed, b"what one alone got"):
        assert gone not in path.read_bytes()


async def test_a_mailbox_alone_is_something_to_forget(storage: Storage) -> None:
    """Who has a mailbox and nothing else is known until forgotten, and then not."""
    await put(storage, reader(1), "news")

    assert await storage.subscribers.any()
    assert await storage.subscribers.forget(reader(1))
    assert not await storage.subscribers.forget(reader(1))
    assert not await storage.subscribers.any()
    assert "1" == await storage.facts.get("forgotten")


async def test_a_visit_is_written_once_a_day(storage: Storage) -> None:
    """The first of a day is noted; the others wait for nobody who writes."""
    await storage.subscribers.subscribe(reader(1))
    await storage.mailboxes.seen(reader(1), TODAY)
    assert [(TODAY.isoformat(),)] == await query(storage, "SELECT seen_on FROM mailboxes")
    async with asyncio.timeout(10), storage.database.write():
        await storage.mailboxes.seen(reader(1), TODAY)
        await storage.mailboxes.seen(reader(2), TODAY)
    await storage.mailboxes.seen(reader(1), TODAY + DAY)

    assert [((TODAY + DAY).isoformat(),)] == await query(storage, "SELECT seen_on FROM mailboxes")


async def test_who_only_looks_around_gets_no_mailbox(storage: Storage) -> None:
    """A visit leaves a trace of those alone who chose something or were written to."""
    await storage.mailboxes.seen(reader(1), TODAY)
    assert 0 == await count(storage, "mailboxes")
    await storage.subscribers.choose(reader(1), language="ru")
    await storage.mailboxes.seen(reader(1), TODAY)
    await put(storage, reader(2), "news", now=NOON - DAY)
    await storage.mailboxes.seen(reader(2), TODAY)

    assert [("somewhere", TODAY.isoformat())] * 2 == await query(
        storage, "SELECT platform, seen_on FROM mailboxes"
    )


async def test_without_a_key_there_are_no_mailboxes(path: Path, storage: Storage) -> None:
    """A command that only reads cannot open one, and says so in one sentence."""
    async with open_storage(path, checkpoints=False) as keyless:
        with pytest.raises(SealError, match=r"^The key is needed .*\.$"):
            await keyless.mailboxes.since(reader(1))
        with pytest.raises(SealError, match=r"^The key is needed .*\.$"):
            keyless.mailboxes.token(reader(1))


async def test_a_batch_is_kept_whole_or_not_at_all(storage: Storage) -> None:
    """Where one letter cannot be written none is, and no number or content is left behind."""
    unwritable = "\ud800"  # no UTF-8 can hold it
    parcels = [(reader(1), "a", Content("fine")), (reader(2), unwritable, Content("fine, too"))]
    with pytest.raises(UnicodeEncodeError):
        await storage.mailboxes.put(parcels, NOON)

    assert 0 == await count(storage, "mailboxes") + await count(storage, "contents")
    assert "" == await storage.facts.get("change")


async def test_thousands_at_once_are_kept(storage: Storage) -> None:
    """More than fit one statement, each with words of its own, in one batch."""
    parcels = [(reader(n % 1100), f"d{n}", Content(f"to {n}", PICTURE)) for n in range(2200)]
    letters = await storage.mailboxes.put(parcels, NOON)

    assert [f"to {n}" for n in range(2200)] == [letter.words for letter in letters]
    assert [letters[7], letters[1107]] == await storage.mailboxes.since(reader(7))
