"""Inline mode as people use it in other chats, against the fake Bot API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.chat import Campaign, Request
from bot.platforms.telegram.inline import skipped
from bot.router import Router
from storage import DatabaseError, Storage
from storage.model import Fate, RichText, Span, Style, Suggestion
from tests.fakes.botapi import FakeBotAPI
from tests.fakes.releases import ARCHIVE, draft
from tests.platforms.echo import Echo, running
from tests.platforms.telegram_stage import (
    ANN,
    BEN,
    NOON,
    confirmed,
    connected,
    person,
    read,
    storage,
)

__all__ = ["storage"]  # fixtures
ELSEWHERE = -555


@pytest.fixture
async def api() -> AsyncIterator[FakeBotAPI]:
    async with FakeBotAPI(repeat_wait=0, conflict_wait=0, inline_mode=True) as fake:
        for number in (ANN, BEN):
            fake.add_user(number, started=True)
        yield fake


def router(storage: Storage) -> Router:
    return Router(storage, Campaign("Test", {}), lambda: NOON)


async def kept(storage: Storage, count: int) -> None:
    drafts = [(draft(n, text=f"The council met for the {n}th time."), Fate.QUIET)
              for n in range(1, count + 1)]  # fmt: skip
    await storage.keep(ARCHIVE, drafts, NOON)


async def answered(api: FakeBotAPI, query: str) -> dict[str, Any]:
    return dict(await api.wait_for(lambda: api.inline_answer(query)) or {})


async def test_words_offer_releases_and_the_chosen_one_is_sent(
    api: FakeBotAPI, storage: Storage
) -> None:
    """Title, date and lead in the list; the card has its styles, and two ways to go on."""
    await kept(storage, 3)
    (release,) = [r for r in await storage.releases.latest(3) if "number 2" in r.title]
    async with running(connected(api, storage, suggest=router(storage).suggest), Echo()):
        query = api.inline(ANN, "number 2")
        answer = await answered(api, query)
        first = answer["results"][0]
        api.choose(query, first["id"], ELSEWHERE)
        await confirmed(api)

    assert first["title"] == "Statement number 2"
    assert "24 November 2026" in first["description"]
    assert "2th time" in first["description"]
    (card,) = api.messages(ELSEWHERE)
    assert card["text"].startswith("Statement number 2\n24 November 2026\n\nThe council")
    assert card["entities"][0] == {"type": "bold", "offset": 0, "length": 18}
    (read_here,), (site,) = card["json"]["reply_markup"]["inline_keyboard"]
    assert read_here["url"] == f"https://t.me/herald_test_bot?start=r{release.id}"
    assert (site["text"], site["url"]) == ("Open on the site", release.link)
    assert answer["is_personal"] is True
    assert answer["cache_time"] <= 60
    assert answer["button"] is None


async def test_no_words_offer_the_latest_by_page(api: FakeBotAPI, storage: Storage) -> None:
    """Twenty a page, newest first, fifty in all; each once, and then no more."""
    await kept(storage, 60)
    titles: list[str] = []
    sizes, offset = [], ""
    async with running(connected(api, storage, suggest=router(storage).suggest), Echo()):
        while True:
            answer = await answered(api, api.inline(ANN, "", offset))
            sizes.append(len(answer["results"]))
            titles += [result["title"] for result in answer["results"]]
            offset = answer["next_offset"]
            if not offset:
                break

    assert [20, 20, 10] == sizes
    assert len(set(titles)) == 50
    latest = [release.title for release in await storage.releases.latest(50)]
    assert latest == titles


async def test_nothing_found_is_an_empty_list_with_a_way_on(
    api: FakeBotAPI, storage: Storage
) -> None:
    """In the language that this person chose, else the one that Telegram hints."""
    await storage.subscribers.choose(person(BEN), language="ru")
    async with running(connected(api, storage, suggest=router(storage).suggest), Echo()):
        ann = await answered(api, api.inline(ANN, "zebra"))
        ben = await answered(api, api.inline(BEN, "zebra"))
        late = await answered(api, api.inline(ANN, "zebra", "20"))

    assert ([], "") == (ann["results"], ann["next_offset"])
    assert ann["button"] == {
        "text": "Nothing found – open Herald", "start_parameter": "inline"
    }  # fmt: skip
    assert ben["button"]["text"] == "Ничего не нашлось – открыть Herald"
    assert ([], None) == (late["results"], late["button"])


async def test_where_nothing_was_looked_for_nothing_is_said_to_be_missing(
    api: FakeBotAPI, storage: Storage
) -> None:
    """An empty list that Telegram does not keep, and no button that says "nothing found"."""

    async def suggest(request: Request, skip: int) -> None:
        return None

    async with running(connected(api, storage, suggest=suggest), Echo()):
        answer = await answered(api, api.inline(ANN, "council"))

    assert ([], 0, None) == (answer["results"], answer["cache_time"], answer["button"])


@pytest.mark.parametrize(
    "words",
    ["\0", "a\0b", "x" * 256, "😀" * 128, "\u202e\u200f\u0646", "%_'\";--", '"', "(" * 200, "OR",
     "-a", "after:9999999", "year:" + "9" * 100, "NEAR(a b, 3)", "*"],
)  # fmt: skip
async def test_wild_queries_are_answered(api: FakeBotAPI, storage: Storage, words: str) -> None:
    """Whatever is typed, there is an answer, and it is one that Telegram takes."""
    await kept(storage, 2)
    async with running(connected(api, storage, suggest=router(storage).suggest), Echo()):
        answer = await answered(api, api.inline(ANN, words, "\0💥"))

    assert len(answer["results"]) <= 2


async def test_odd_suggestions_never_spoil_the_list(api: FakeBotAPI, storage: Storage) -> None:
    """What Telegram would refuse is mended or left out; the others are shown."""
    long = RichText("😀" * 5000, (Span(0, 5000, Style.BOLD),))
    bad = RichText("A link", (Span(0, 6, Style.LINK, "javascript:x"),))
    odd = [
        Suggestion("r1.1", "", "\ud800", long, "javascript:x"),
        Suggestion("r2.1", " ", "", bad, "https://example.org/"),
        Suggestion("r3.1", "Empty", "", RichText(" \n ")),
        Suggestion("other", "No release", "", RichText("Text")),
    ]

    async def suggest(request: Request, skip: int) -> list[Suggestion]:
        return odd

    async with running(connected(api, storage, suggest=suggest), Echo()):
        answer = await answered(api, api.inline(ANN, "x"))

    assert ["r1.1", "r2.1", "other"] == [result["id"] for result in answer["results"]]


class Slow:
    """Suggests nothing, and only when it is let."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gate = asyncio.Event()
        self.began = asyncio.Event()

    async def __call__(self, request: Request, skip: int) -> list[Suggestion]:
        self.asked.append(request.words)
        self.began.set()
        await self.gate.wait()
        return []


async def test_the_newest_words_of_a_person_replace_those_that_wait(
    api: FakeBotAPI, storage: Storage
) -> None:
    """Typing "magnitsky" asks for "m" and the whole; other people and questions go on."""
    slow = Slow()
    async with running(connected(api, storage, suggest=slow), Echo()):
        api.inline(ANN, "m")
        await slow.began.wait()
        for end in range(2, 10):
            last = api.inline(ANN, "magnitsky"[:end])
        api.user_sends(BEN, "/latest")
        await read(api, BEN)
        await confirmed(api)
        slow.gate.set()
        await answered(api, last)

    assert ["m", "magnitsky"] == slow.asked


async def test_what_goes_wrong_is_quiet_and_passes(api: FakeBotAPI, storage: Storage) -> None:
    """A query too old, a server in trouble, a database that is locked: the next one is answered."""
    tries: list[str] = []

    async def suggest(request: Request, skip: int) -> list[Suggestion]:
        tries.append(request.words)
        if request.words == "locked":
            raise DatabaseError("It is locked.")
        return []

    async with running(connected(api, storage, suggest=suggest), Echo()):
        api.inline(ANN, "locked")
        await api.wait_for(lambda: not api.bot.updates.pending())
        api.faults.add(
            method="answerInlineQuery", status=400,
            description="Bad Request: query is too old and response timeout expired or query ID"
            " is invalid",
        )  # fmt: skip
        api.inline(ANN, "old")
        await api.wait_for(lambda: any(entry.get("fault") for entry in api.truth))
        api.faults.add(method="answerInlineQuery", reset=True)
        api.inline(ANN, "reset")
        await api.wait_for(lambda: sum(bool(entry.get("fault")) for entry in api.truth) == 2)
        await answered(api, api.inline(ANN, "good"))

    assert ["locked", "old", "reset", "good"] == tries


@pytest.mark.parametrize(
    ("offset", "skip"), [("", 0), ("20", 20), ("40", 40), ("-1", 0), ("²", 0), ("9" * 99, 0)]
)
def test_offsets_are_ours_or_none(offset: str, skip: int) -> None:
    """An offset that we never gave begins at the beginning."""
    assert skip == skipped(offset)
