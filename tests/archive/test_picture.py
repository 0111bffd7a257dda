"""Lead pictures: what is fetched, what is not, and how often."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.archive import fetch, picture
from bot.archive.fetch import Fetcher, open_fetcher
from bot.archive.picture import Pictures, kind_of
from tests.fakes.botapi_stage import png
from tests.fakes.loopback import Loopback

PNG = png(4, 4)


class Gallery(Loopback):
    """A server with one answer for every path."""

    def __init__(self) -> None:
        super().__init__()
        self.status, self.body = 200, PNG
        self.asked: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def respond(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        await self.gate.wait()
        return web.Response(status=self.status, body=self.body, content_type="text/plain")


@pytest.fixture
async def gallery() -> AsyncIterator[Gallery]:
    gallery = Gallery()
    await gallery.start()
    yield gallery
    gallery.gate.set()
    await gallery.stop()


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with open_fetcher("Herald/test", allow_private=True) as fetcher:
        yield fetcher


async def test_a_picture_is_known_by_its_bytes(gallery: Gallery, fetcher: Fetcher) -> None:
    """Whatever type the server claims."""
    found = await Pictures(fetcher).load(gallery.url + "/lead.php")

    assert found is not None
    assert (found.data, found.media_type, found.name) == (PNG, "image/png", "picture.png")


async def test_a_push_fetches_it_once(gallery: Gallery, fetcher: Fetcher) -> None:
    """Many deliveries at once and afterwards share one request."""
    pictures = Pictures(fetcher)
    gallery.gate.clear()
    asking = [asyncio.create_task(pictures.load(gallery.url + "/a")) for _ in range(8)]
    async with asyncio.timeout(5):
        while not gallery.asked:
            await asyncio.sleep(0)
    gallery.gate.set()
    found = {id(one) for one in await asyncio.gather(*asking)}
    await pictures.load(gallery.url + "/a")

    assert (1, ["/a"]) == (len(found), gallery.asked)


@pytest.mark.parametrize(
    ("status", "body"),
    [(404, b""), (500, PNG), (200, b""), (200, b"<svg/>"), (200, b"<!DOCTYPE html>")],
)
async def test_what_is_no_picture_is_none(
    gallery: Gallery, fetcher: Fetcher, status: int, body: bytes
) -> None:
    """Pages, errors and drawings are left out, and not asked for again at once."""
    gallery.status, gallery.body = status, body
    pictures = Pictures(fetcher)

    assert [None, None] == [await pictures.load(gallery.url + "/a") for _ in range(2)]
    assert ["/a"] == gallery.asked


@pytest.mark.parametrize("url", ["", "x", "data:image/png;base64,AA", "http://[", "ftp://a.b/c",
                                 "http://127.0.0.1:9/none.png"])  # fmt: skip
async def test_an_address_that_leads_nowhere_is_none(fetcher: Fetcher, url: str) -> None:
    """No error reaches the push."""
    assert await Pictures(fetcher).load(url) is None


async def test_private_addresses_are_not_asked(gallery: Gallery) -> None:
    """A release cannot make Herald look into the operator's network."""
    async with open_fetcher("Herald/test") as fetcher:
        assert await Pictures(fetcher).load(gallery.url + "/a") is None
    assert [] == gallery.asked


async def test_a_picture_that_is_too_large_or_too_slow_is_none(
    gallery: Gallery, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The release does not wait for it."""
    monkeypatch.setattr(fetch, "LARGEST_BYTES", len(PNG) - 1)
    assert await Pictures(fetcher).load(gallery.url + "/large") is None
    monkeypatch.setattr(picture, "SECONDS", 0.05)
    gallery.gate.clear()
    assert await Pictures(fetcher).load(gallery.url + "/slow") is None


async def test_a_cancelled_load_leaves_the_next_one_free(
    gallery: Gallery, fetcher: Fetcher
) -> None:
    """Who gives up takes nobody with him."""
    pictures = Pictures(fetcher)
    gallery.gate.clear()
    first = asyncio.create_task(pictures.load(gallery.url + "/a"))
    async with asyncio.timeout(5):
        while not gallery.asked:
            await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    gallery.gate.set()

    assert await pictures.load(gallery.url + "/a") is not None


async def test_few_are_kept(gallery: Gallery, fetcher: Fetcher) -> None:
    """The one asked for longest ago goes first."""
    pictures = Pictures(fetcher)
    for name in ("/0", "/1", "/2", "/3", "/0", "/4", "/0", "/1"):
        await pictures.load(gallery.url + name)

    assert ["/0", "/1", "/2", "/3", "/4", "/1"] == gallery.asked


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (PNG, "png"),
        (b"GIF89a", "gif"),
        (b"GIF87a", "gif"),
        (b"RIFF\0\0\0\0WEBPVP8X", "webp"),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"\0\0\0\x20ftypavif", None),
        (b"", None),
    ],
)
def test_kinds(data: bytes, kind: str | None) -> None:
    """Four kinds that every messenger shows, and no other."""
    assert kind == kind_of(data)
