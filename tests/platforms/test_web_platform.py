"""The web chat as a Platform: sends, edits and recalls, and what becomes of them in trouble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from bot.chat import Refused, Sent
from bot.platforms import modules
from bot.platforms.web import Options, drawing
from storage.mailboxes import Mailboxes
from storage.model import Address, Attachment, Content, Letter, RichText
from tests.platforms.web_stage import PIXEL, Stage, news, opened


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as made:
        yield made


def test_it_is_one_of_the_platforms() -> None:
    """It needs no option, and its options are the settings of the web port."""
    assert Options is modules()["web"].Options
    assert Options() == modules()["web"].Options.model_validate({})


async def test_a_key_is_one_message_however_often_it_is_sent(stage: Stage) -> None:
    """Sent again after a crash, at once or at the same time, it is there once."""
    browser = await stage.visitor()
    page = await browser.open()
    same = [await stage.push(browser, news("One"), key="7.0") for _ in range(2)]
    same += await asyncio.gather(*(stage.push(browser, news("One"), key="7.0") for _ in range(3)))
    other = [await stage.push(browser, news("One")) for _ in range(2)]
    await page.letters(3)

    assert 1 == len(set(same))
    assert 3 == len({*same, *other})
    assert ["One"] * 3 == page.texts


async def test_whoever_never_came_back_has_a_mailbox(stage: Stage) -> None:
    """A mailbox is made by the first letter, also for somebody without an open page."""
    browser = await stage.visitor()
    await stage.push(browser, news("One"))

    assert 1 == len(await stage.storage.mailboxes.since(stage.address(browser)))


async def test_sends_of_one_moment_are_one_transaction(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many are told, the disk is asked a few times."""
    batches: list[int] = []
    put = Mailboxes.put

    async def counted(
        self: Mailboxes, parcels: Sequence[tuple[Address, str, Content]], now: datetime
    ) -> list[Letter]:
        batches.append(len(parcels))
        return await put(self, parcels, now)

    browsers = [await stage.visitor() for _ in range(30)]
    monkeypatch.setattr(Mailboxes, "put", counted)
    message = news("One")
    sent = await asyncio.gather(*(stage.push(browser, message) for browser in browsers))

    assert 30 == len(set(sent)) == sum(batches)
    assert len(batches) < 10


async def test_a_message_is_drawn_once_for_all(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The courier hands the same message to everybody; its HTML is written once."""
    drawn: list[RichText] = []

    def to_html(rich: RichText) -> str:
        drawn.append(rich)
        return "<p>One</p>"

    monkeypatch.setattr(drawing, "to_html", to_html)
    browsers = [await stage.visitor() for _ in range(5)]
    drawn.clear()
    message, other = news("One"), news("One")
    for browser in browsers:
        await stage.push(browser, message)
    await stage.push(browsers[0], other)

    assert 2 == len(drawn)


async def test_an_edit_keeps_the_picture_and_a_new_one_takes_its_place(stage: Stage) -> None:
    """A corrected text stands under the same picture, which its reader alone can see."""
    browser, other = await stage.visitor(), await stage.visitor()
    page = await browser.open()
    address = stage.address(browser)
    number = await stage.push(browser, news("One", PIXEL))
    where = f"/chat/picture/{number}"
    await stage.web.edit(address, Sent(number), news("Two"))
    shown, foreign, nobody = [await one.get(where) for one in (browser, other, stage.browser())]
    second = Attachment(b"GIF89a", "image/gif", "b.gif")
    await stage.web.edit(address, Sent(number), news("Three", second))
    replaced = await browser.get(where)
    await stage.web.delete(address, Sent(number))
    gone = await browser.get(where)
    await page.letters(3)

    assert (200, PIXEL.data, "image/png") == (
        shown.status, shown.body, shown.headers["Content-Type"],
    )  # fmt: skip
    assert "no-store" == shown.headers["Cache-Control"]
    assert [404, 404, 404] == [foreign.status, nobody.status, gone.status]
    assert second.data == replaced.body
    pictures = [event.data["picture"] for event in page.kind("letter")]
    assert [{"src": where, "alt": "A town hall"}, {"src": where, "alt": ""}] == [
        pictures[0], pictures[2],
    ]  # fmt: skip
    assert where == pictures[1]["src"]


@pytest.mark.parametrize("number", ["0", "x", "-1", "1e3", "9" * 30, "%31", "1/2", "..%2f..", "٣"])
async def test_pictures_of_nothing_are_not_there(stage: Stage, number: str) -> None:
    """Whatever stands where a number should is a 404."""
    browser = await stage.visitor()

    assert 404 == (await browser.get(f"/chat/picture/{number}")).status


async def test_what_browsers_would_run_is_no_picture(stage: Stage) -> None:
    """An SVG or a page is not kept as a picture, and never served as one."""
    browser = await stage.visitor()
    page = await browser.open()
    number = await stage.push(browser, news("One", Attachment(b"<svg/>", "image/svg+xml", "x")))
    await page.letters(1)

    assert page.events[1].data["picture"] is None
    assert 404 == (await browser.get(f"/chat/picture/{number}")).status


@pytest.mark.parametrize("number", ["999", "x", "", "-1", "9" * 30])
async def test_what_is_not_there_cannot_be_changed_and_is_gone_already(
    stage: Stage, number: str
) -> None:
    """An edit of nothing is refused; a recall of nothing is done."""
    address = stage.address(await stage.visitor())
    with pytest.raises(Refused):
        await stage.web.edit(address, Sent(number), news("x"))
    await stage.web.delete(address, Sent(number))


async def test_nobody_changes_anothers_letter(stage: Stage) -> None:
    """A letter's number is good for its own mailbox only."""
    one, other = await stage.visitor(), await stage.visitor()
    number = await stage.push(one, news("One"))
    with pytest.raises(Refused):
        await stage.web.edit(stage.address(other), Sent(number), news("x"))
    await stage.web.delete(stage.address(other), Sent(number))
    letters = await stage.storage.mailboxes.since(stage.address(one))

    assert "One" in letters[0].words
