"""An archive for tests: a living WordPress that is edited, breaks, and tells what it was asked.

`python -m tests.fakes.archive [--port N] [--captures FOLDER]` runs it by itself: the sample
archive, or with a folder the answers captured there. What it can be told is in `control.py`.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web

from bot.demo import front, wordpress
from bot.demo.blog import HTML, Answer
from bot.demo.posts import RELEASES, Post, sample, slug
from bot.demo.site import Site
from tests.fakes import control, faults
from tests.fakes.asked import Asked, Log
from tests.fakes.captures import Replay
from tests.fakes.faults import Fault
from tests.fakes.rules import Rule

# What WordPress itself says while it is updated (wp-includes/load.php, wp_maintenance).
MAINTENANCE = """<!DOCTYPE html>
<html lang="en-US"><head><meta charset="UTF-8"><title>Maintenance</title></head>
<body id="error-page"><div class="wp-die-message">Briefly unavailable for scheduled maintenance.
Check back in a minute.</div></body></html>
"""
BODY = "<p>One paragraph that says enough.</p>"


def now() -> datetime:
    """The usual clock; WordPress knows whole seconds only."""
    return datetime.now(UTC).replace(microsecond=0)


class LivingWordPress(Site):
    """A site that changes: `server`, `maintenance`, `blog.excerpts`, `blog.trap`, `blog.base`.

    `rules` are what it does otherwise than WordPress out of the box (rules.py).
    """

    def __init__(
        self,
        posts: Iterable[Post] = (),
        *,
        port: int = 0,
        server: front.Server = "nginx",
        clock: Callable[[], datetime] = now,
    ) -> None:
        super().__init__(posts, port=port)
        self.server = server
        self.clock = clock
        self.maintenance = False
        self.rules: list[Rule] = []
        self.log = Log()
        self._last = datetime.min.replace(tzinfo=UTC)
        self._faults: deque[Fault] = deque()
        self._closing = asyncio.Event()

    async def __aexit__(self, *problem: object) -> None:
        self._closing.set()
        await super().__aexit__(*problem)

    @property
    def requests(self) -> list[Asked]:
        """All requests so far, those of the remote control left out."""
        return self.log.requests

    async def wait_for_request(
        self, wanted: int | Callable[[Asked], bool], timeout: float = 5, since: int = 0
    ) -> Asked:
        """The request that makes it `wanted` answered ones, or the first that `wanted` is true of.

        `since` leaves that many of the oldest out. Raises TimeoutError after `timeout` seconds.
        """
        return await self.log.wait_for(wanted, timeout, since)

    def write(
        self,
        title: str,
        html: str = BODY,
        *,
        language: str = "en",
        slug: str = "",
        date: datetime | None = None,
        modified: datetime | None = None,
        guid: str = "",
        categories: tuple[str, ...] = (RELEASES,),
    ) -> Post:
        """Publish a post as the REST API does it: one dated back counts as unchanged since.

        (wp_insert_post: post_modified is post_date unless it is an update.)
        """
        number = max([10, *self.blog.posts, *self.blog.trashed]) + 1
        at = date or self._now()
        name = slug or _slug(title, number)
        post = Post(number, name, title, html, language, at, modified or at, guid, categories)
        self.publish(post)
        return post

    def edit(
        self,
        number: int,
        *,
        title: str | None = None,
        html: str | None = None,
        slug: str | None = None,
        date: datetime | None = None,
        modified: datetime | None = None,
        categories: tuple[str, ...] | None = None,
    ) -> Post:
        """Save a post in the editor: it counts as changed now, and its old slug leads to it."""
        before = self.blog.posts[number]
        after = replace(
            before,
            title=before.title if title is None else title,
            html=before.html if html is None else html,
            slug=before.slug if slug is None else slug,
            date_gmt=date or before.date_gmt,
            modified_gmt=modified or self._now(),
            categories=before.categories if categories is None else categories,
        )
        if after.slug != before.slug:
            self.blog.renamed[before.slug] = number
        self.publish(after)
        return after

    def _now(self) -> datetime:
        """A second of its own for each change, as a person would leave it.

        Give `modified` yourself to see two in one second, which the validators cannot tell apart.
        """
        self._last = max(self.clock(), self._last + timedelta(seconds=1))
        return self._last

    def trash(self, number: int) -> None:
        """Take a post out of sight; the API says 401 of it from now on."""
        self.blog.trashed[number] = self.blog.posts.pop(number)

    def fail(self, *queue: Fault, times: int = 1) -> None:
        """Let the next requests fail, one fault for each, the queue repeated `times` over."""
        self._faults.extend(queue * times)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, with the fault that is due for it, if there is one."""
        if request.path.startswith("/control/"):
            return await control.answer(self, request)
        asked = self.log.arrived(request)
        fault = self._due(request.path)
        await faults.hang(fault, self._closing)
        response = await self._answered(request, fault)
        self.log.answered(asked, response.status)
        return response

    async def _answered(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.huge or fault.bomb:
            return await faults.pour(request, fault)
        said = faults.altered(fault, self.said(request), f"{self.url}{request.raw_path}")
        given = front.dressed(said, request.headers, self.server)
        response = self.drawn(given)
        if fault.cut is not None:
            return await faults.cut_off(request, response, fault.cut)
        return response

    def said(self, request: web.Request) -> Answer:
        """What WordPress says, which is little while it is being maintained."""
        if self.maintenance:  # wp-includes/load.php wp_maintenance
            headers = (("Retry-After", "600"), *wordpress.NO_CACHE)
            return Answer(MAINTENANCE, HTML, 503, headers)
        given = super().said(request)
        path = request.rel_url.raw_path.lower()
        for rule in self.rules:
            given = rule(self.blog, path, dict(request.query), given)
        return given

    def _due(self, path: str) -> Fault:
        """The first queued fault that is meant for this path; none is a fault that does nothing."""
        for fault in self._faults:
            if path.startswith(fault.path):
                self._faults.remove(fault)
                return fault
        return Fault()


def _slug(title: str, number: int) -> str:
    return slug(title) or str(number)


async def serve(port: int, captures: Path | None) -> None:
    """Serve until cancelled, after a line that says where."""
    site = Replay(captures, port=port) if captures else LivingWordPress(sample(now()), port=port)
    async with site:
        print(f"serving {site.url}", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.archive", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--captures", type=Path)
    arguments = parser.parse_args()
    try:
        asyncio.run(serve(arguments.port, arguments.captures))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
