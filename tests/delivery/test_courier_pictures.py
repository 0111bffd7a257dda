"""Lead pictures on their way with releases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.chat import Limits, Message
from bot.text.split import utf16
from storage import Storage
from storage.model import Address, Attachment, Fate
from tests.delivery.stage import courier
from tests.fakes.platform import FakePlatform
from tests.fakes.releases import ARCHIVE, draft

PICTURE = Attachment(b"bytes", "image/png", "picture.png")
URL = "https://example.org/lead.png"


class Gallery:
    """Has one picture, or none."""

    def __init__(self, found: Attachment | None = PICTURE) -> None:
        self.found = found
        self.asked: list[str] = []

    async def __call__(self, url: str) -> Attachment | None:
        self.asked.append(url)
        return self.found


class Album(FakePlatform):
    """A platform that shows pictures, with a hundred characters under them."""

    limits = Limits(4096, caption=100, length=utf16)


async def told(
    storage: Storage, platform: FakePlatform, gallery: Gallery, *, title: str = "", url: str = URL
) -> Message:
    """The message that one subscriber gets of one release with a picture at `url`."""
    await storage.subscribers.subscribe(Address("fake", "a"))
    release = replace(draft(1, title, "The council met. " * 20), picture=url)
    await storage.keep(ARCHIVE, [(release, Fate.ANNOUNCE)], datetime.now(UTC))
    while await storage.outbox.fan_out():
        pass
    async with courier(storage, platform, pictures=gallery):
        await platform.until(lambda: bool(platform.arrived))
    return platform.arrived[0][1]


async def test_a_release_has_its_picture_and_words_that_fit_under_it(storage: Storage) -> None:
    """Title, date and what of the lead there is room for; the buttons as ever."""
    message = await told(storage, Album(), Gallery())

    assert message.picture == PICTURE
    assert message.text.text.startswith("Statement number 1\n24 November 2026\n\nThe council")
    assert len(message.text.text) <= 100
    assert message.buttons


async def test_a_picture_that_cannot_be_had_takes_nothing_away(storage: Storage) -> None:
    """The message is as long as without one."""
    message = await told(storage, Album(), Gallery(None))

    assert message.picture is None
    assert len(message.text.text) > 300


async def test_the_whole_title_matters_more_than_the_picture(storage: Storage) -> None:
    """Where it would be cut to fit under a picture, the picture is not even fetched."""
    gallery, title = Gallery(), "A title of many words " * 6
    message = await told(storage, Album(), gallery, title=title.strip())

    assert (message.picture, gallery.asked) == (None, [])
    assert title.strip() in message.text.text


async def test_no_picture_is_fetched_for_who_cannot_show_it(storage: Storage) -> None:
    """A platform without captions, and a release without a picture."""
    gallery = Gallery()
    message = await told(storage, FakePlatform(), gallery)

    assert (message.picture, gallery.asked) == (None, [])


async def test_a_release_without_a_picture_asks_for_none(storage: Storage) -> None:
    """No address, no request."""
    gallery = Gallery()
    message = await told(storage, Album(), gallery, url="")

    assert (message.picture, gallery.asked) == (None, [])
