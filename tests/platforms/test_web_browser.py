"""The chat in a real browser: what a visitor does from the first look to leaving."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from bot.chat import Message
from storage.model import RichText
from tests.platforms.browser_stage import Herald, herald_in, visiting


@pytest.fixture
async def herald(tmp_path: Path) -> AsyncIterator[Herald]:
    async with herald_in(tmp_path) as running:
        yield running


async def test_looking_leaves_no_trace(browser: Browser, herald: Herald) -> None:
    """Whoever only looks at the page gets no cookie, and nothing is kept of them anywhere."""
    async with visiting(browser, herald) as visitor:
        await expect(visitor.messages).to_have_count(1)

        assert [] == await visitor.cookies()
        assert [0, 0] == await visitor.page.evaluate(
            "() => [localStorage.length, sessionStorage.length]"
        )


async def test_a_release_arrives_while_the_page_is_open(browser: Browser, herald: Herald) -> None:
    """Who has subscribed sees the next release by itself, with its title, date and buttons."""
    async with visiting(browser, herald) as visitor:
        await visitor.subscribe()
        await herald.publish(100, "Council Finds Nothing", "It met for an hour.")
        await expect(visitor.last).to_contain_text("Council Finds Nothing")
        await visitor.press("Read here")
        await expect(visitor.last).to_contain_text("It met for an hour.")
        await expect(visitor.last.get_by_role("button", name="Back")).to_be_visible()

        assert ["herald"] == await visitor.cookies()


async def test_results_are_searched_and_paged_in_place(browser: Browser, herald: Herald) -> None:
    """Plain words search; the arrows turn the pages of that very message, and back."""
    async with visiting(browser, herald) as visitor:
        await visitor.say("bulletin")
        await expect(visitor.last).to_contain_text("20 releases found, page 1 of 4")
        await visitor.press("Next page")
        await expect(visitor.last).to_contain_text("page 2 of 4")
        await expect(visitor.last).to_contain_text("Inquiry Bulletin 25")
        await visitor.press("Previous page")
        await expect(visitor.last).to_contain_text("page 1 of 4")

        assert 3 == await visitor.messages.count()


async def test_a_release_is_read_to_its_end(browser: Browser, herald: Herald) -> None:
    """A long release is read page by page in one message, each page seen from its beginning."""
    async with visiting(browser, herald, height=600) as visitor:
        await visitor.say("/release 7")
        await visitor.press("Read here")
        await expect(visitor.last).to_contain_text("Paragraph 1:")
        for number in (2, 3):
            await visitor.press("Next page")
            await expect(visitor.last).to_contain_text(f"page {number} of")
            top = await visitor.last.evaluate("article => article.getBoundingClientRect().top")
            assert 0 <= top < 120
        await expect(visitor.last).to_contain_text("Paragraph 30:")
        await expect(visitor.last.get_by_role("button", name="Next page")).to_have_count(0)


async def test_what_was_pushed_is_there_again(browser: Browser, herald: Herald) -> None:
    """After loading the page anew the releases that came stand there once, in order."""
    async with visiting(browser, herald) as visitor:
        await visitor.subscribe()
        for number, title in enumerate(("First of Two", "Second of Two"), start=100):
            await herald.publish(number, title)
            await expect(visitor.last).to_contain_text(title)
        await visitor.page.reload()
        await expect(visitor.messages).to_have_count(3)
        await expect(visitor.messages.nth(1)).to_contain_text("First of Two")
        await expect(visitor.messages.nth(2)).to_contain_text("Second of Two")


async def test_what_is_edited_or_taken_back_changes_in_place(
    browser: Browser, herald: Herald
) -> None:
    """A message that Herald edits reads anew where it stands; one taken back is gone."""
    async with visiting(browser, herald) as visitor:
        await visitor.subscribe()
        async with herald.storage() as storage:
            address = await visitor.address(storage)
        assert herald.web is not None
        sent = await herald.web.send(address, Message(RichText("Half of it")), key="1")
        await herald.web.send(address, Message(RichText("And more")), key="2")
        await expect(visitor.messages).to_have_count(5)
        await herald.web.edit(address, sent, Message(RichText("All of it")))
        await expect(visitor.messages.nth(3)).to_contain_text("All of it")
        await expect(visitor.messages).to_have_count(5)
        await herald.web.delete(address, sent)
        await expect(visitor.messages).to_have_count(4)
        await expect(visitor.last).to_contain_text("And more")


async def test_leaving_takes_one_click_and_erases_all(browser: Browser, herald: Herald) -> None:
    """One press in the menu: the cookie is gone, the page is empty, nothing is kept on the disk."""
    async with visiting(browser, herald) as visitor:
        await visitor.subscribe()
        await herald.publish(100, "Council Finds Nothing")
        await expect(visitor.last).to_contain_text("Council Finds Nothing")
        assert (1, 1, 1) == kept(herald)
        await visitor.page.get_by_role("button", name="Menu").click()
        await visitor.page.get_by_role("button", name="Leave and erase").click()
        await expect(visitor.messages).to_have_count(1)
        await expect(visitor.last).to_contain_text("I have forgotten you")
        await expect(visitor.last).to_be_focused()

        assert [] == await visitor.cookies()
        assert (0, 0, 0) == kept(herald)


async def test_forgetting_in_words_erases_all(browser: Browser, herald: Herald) -> None:
    """/forget and its button do the same; only the sentence that says so stays on the page."""
    async with visiting(browser, herald) as visitor:
        await visitor.subscribe()
        await visitor.say("/forget")
        await visitor.press("Erase everything")
        await expect(visitor.messages).to_have_count(1)
        await expect(visitor.last).to_contain_text("I have forgotten you")

        assert [] == await visitor.cookies()
        assert (0, 0, 0) == kept(herald)


async def test_a_link_leads_to_a_release(browser: Browser, herald: Herald) -> None:
    """?start=r12 shows that release, once; a link subscribes nobody."""
    async with visiting(browser, herald, "/?start=r3") as visitor:
        await expect(visitor.last).to_contain_text("Parliament Debates the Lind Report")
        assert herald.url + "/" == visitor.page.url
    async with visiting(browser, herald, "/?start=subscribe") as visitor:
        await visitor.page.wait_for_url(herald.url + "/")
        assert (1, [], (0, 0, 0)) == (
            await visitor.messages.count(), await visitor.cookies(), kept(herald)
        )  # fmt: skip


async def test_commands_in_the_text_can_be_pressed(browser: Browser, herald: Herald) -> None:
    """Where Herald names a command, a press says it; what only looks like one stays text."""
    async with visiting(browser, herald) as visitor:
        await visitor.say("/help")
        await visitor.press("/onthisday")
        await expect(visitor.messages.nth(3)).to_contain_text("/onthisday")
        await expect(visitor.messages).to_have_count(5)
        await visitor.say("/settings zone")
        named = visitor.last.locator(".command")
        await expect(named).to_have_text(["/settings"])


async def test_questions_want_an_answer_in_the_box(browser: Browser, herald: Herald) -> None:
    """Where Herald asks for words, the box has the focus, and what is typed is the answer."""
    async with visiting(browser, herald) as visitor:
        await visitor.press("Search")
        await expect(visitor.last).to_contain_text("What are you looking for?")
        await expect(visitor.box).to_be_focused()


def kept(herald: Herald) -> tuple[int, ...]:
    """How many subscribers, mailboxes and letters the database has."""
    database = sqlite3.connect(f"file:{herald.folder / 'herald.db'}?mode=ro", uri=True)
    try:
        return tuple(
            database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("subscribers", "mailboxes", "letters")
        )
    finally:
        database.close()
