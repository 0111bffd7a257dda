"""No gap and nothing twice: what open pages see while all happens at once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.chat import Sent
from bot.platforms.web import events
from storage.mailboxes import Mailboxes
from storage.model import Address, Letter
from tests.platforms.web_stage import NOON, Stage, news, opened


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as made:
        yield made


async def test_nothing_falls_between_the_mailbox_and_what_comes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A letter that comes while the mailbox is read is shown once, whether it was in it or not."""
    browser = await stage.visitor()
    since = Mailboxes.since

    async def slow(self: Mailboxes, address: Address, change: int = 0) -> list[Letter]:
        await stage.push(browser, news("Before it is read"))
        found = await since(self, address, change)
        await stage.push(browser, news("After it was read"))
        return found

    monkeypatch.setattr(Mailboxes, "since", slow)
    page = await browser.open()
    await page.letters(2)
    await stage.push(browser, news("Later"))
    await page.letters(3)

    assert ["Before it is read", "After it was read", "Later"] == page.texts


@pytest.mark.parametrize("seed", range(6))
async def test_under_any_weather_each_letter_is_seen_once(stage: Stage, seed: int) -> None:
    """Pushes, edits and repeats from all sides, a page that is cut off at any moment: in the end
    it has shown every letter as it reads last, and each state of one at most once.
    """
    weather = random.Random(seed)
    browser = await stage.visitor()
    address = stage.address(browser)
    seen: list[tuple[str, str]] = []
    last = ""
    numbers: list[str] = []
    state: dict[str, str] = {}

    async def push(n: int) -> None:
        for _ in range(weather.choice([1, 1, 2])):  # the courier may not know, and send again
            number = await stage.push(browser, news(f"letter {n}"), key=f"{n}.0")
        numbers.append(number)
        state[number] = f"letter {n}"
        if weather.random() < 0.4:
            old = weather.choice(numbers)
            state[old] += "!"
            await stage.web.edit(address, Sent(old), news(state[old]))

    async def read() -> None:
        nonlocal last
        while True:
            page = await browser.open(last=last)
            try:
                await asyncio.wait_for(page.over.wait(), weather.random() * 0.05)
            except TimeoutError:
                await page.close()
            seen.extend((e.data["id"], e.data["text"]) for e in page.kind("letter"))
            last = page.last or last  # as a browser keeps it

    reading = asyncio.create_task(read())
    for start in range(0, 40, 4):
        for n in range(start, start + 4):
            await push(n)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    page = await browser.open(last=last)
    await stage.push(browser, news("the end"))
    await page.until(lambda: "the end" in page.texts)
    seen.extend((e.data["id"], e.data["text"]) for e in page.kind("letter"))

    shown: dict[str, str] = {}
    for number, text in seen:
        shown[number] = text
    assert state == {number: text for number, text in shown.items() if text != "the end"}
    assert [] == [one for one in set(seen) if seen.count(one) > 1]


def letter(number: int, change: int, words: str = "{}") -> Letter:
    return Letter(number, change, NOON, words)


def marks(letters: list[Letter]) -> list[int]:
    return [int(e.partition(b"id: ")[2].partition(b"\n")[0]) for e in events.whole(letters)]


def test_a_page_is_never_told_a_mark_above_what_it_lacks() -> None:
    """A letter that was changed later lies before older ones: its mark waits for theirs."""
    assert [] == marks([])
    assert [1, 2, 5] == marks([letter(1, 1), letter(2, 2), letter(3, 5)])
    assert [3, 3, 9] == marks([letter(1, 9), letter(2, 7), letter(3, 4)])
    assert [3, 9] == marks([letter(1, 9), letter(3, 4)])


async def test_a_restart_loses_and_repeats_nothing(tmp_path: Path) -> None:
    """Another run over the same database knows the cookie, and goes on after the last change."""
    async with opened(tmp_path) as before:
        browser = await before.visitor()
        page = await browser.open()
        await before.push(browser, news("One"), key="1.0")
        await page.letters(1)
        cookie, last = browser.cookie, page.last
    async with opened(tmp_path) as after:
        again = after.browser(cookie)
        await after.push(again, news("One"), key="1.0")  # in doubt, so the courier sends it again
        await after.push(again, news("Two"), key="2.0")
        page = await again.open(last=last)
        await after.push(again, news("One"), key="1.0")
        await after.push(again, news("Three"), key="3.0")
        await page.letters(2)
        whole = await again.open()
        await whole.letters(3)

        assert ["Two", "Three"] == page.texts
        assert ["One", "Two", "Three"] == whole.texts


async def test_changes_are_shown_in_the_order_in_which_they_were_kept(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A letter whose keeping is heard of late goes out before what was changed after it."""
    browser = await stage.visitor()
    page = await browser.open()
    number = await stage.push(browser, news("One"))
    put, kept, go_on = Mailboxes.put, asyncio.Event(), asyncio.Event()

    async def slow(self: Mailboxes, parcels: Any, now: Any) -> list[Letter]:
        found = await put(self, parcels, now)
        kept.set()
        await go_on.wait()
        return found

    monkeypatch.setattr(Mailboxes, "put", slow)
    sending = asyncio.create_task(stage.push(browser, news("Two")))
    await kept.wait()
    editing = asyncio.create_task(
        stage.web.edit(stage.address(browser), Sent(number), news("One, corrected"))
    )
    await asyncio.sleep(0.05)  # time enough to get ahead, if that were possible
    go_on.set()
    await asyncio.gather(sending, editing)
    await page.letters(3)

    assert ["One", "Two", "One, corrected"] == page.texts
