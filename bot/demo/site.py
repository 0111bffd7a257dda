"""The sample archive's web site: a WordPress to look at and to read from, on loopback."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self
from zoneinfo import ZoneInfo

from aiohttp import web
from multidict import CIMultiDict

from bot.demo import front, wordpress
from bot.demo.blog import Answer, Blog
from bot.demo.posts import Post

NAME = "Merezhin Lantern Campaign"
TAGLINE = "A fictional campaign for an engineer who told the truth about a dam"
LOOPBACK = "127.0.0.1"
GOODBYE_SECONDS = 1.0


class Site:
    """A site that serves `posts` while it is entered; `url` then has no slash at its end.

    `port` 0 takes any free one. Raises OSError if the port is taken.
    """

    def __init__(self, posts: Iterable[Post] = (), *, port: int = 0) -> None:
        self.blog = Blog(NAME, TAGLINE, ZoneInfo("Europe/London"))
        self.server: front.Server = "nginx"
        self._port = port
        self._runner: web.AppRunner | None = None
        for post in posts:
            self.publish(post)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.respond)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=GOODBYE_SECONDS)
        await runner.setup()
        self._runner = runner
        try:
            await web.TCPSite(runner, LOOPBACK, self._port).start()
        except BaseException:
            await runner.cleanup()
            raise
        host, port = runner.addresses[0][:2]
        self.blog.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        """The site's address, "" until it is entered."""
        return self.blog.url

    @property
    def posts(self) -> list[Post]:
        """What the site shows, the newest first."""
        return self.blog.newest()

    def publish(self, post: Post) -> None:
        """Show a post from now on; one with the same id is replaced."""
        self.blog.posts[post.id] = post

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        given = front.dressed(self.said(request), request.headers, self.server)
        return self.drawn(given)

    def said(self, request: web.Request) -> Answer:
        """What WordPress says to a request; percent-encoding is taken in small letters."""
        path = request.rel_url.raw_path.lower()
        return wordpress.with_link(
            self.blog, wordpress.answer(self.blog, path, dict(request.query))
        )

    def drawn(self, given: Answer) -> web.Response:
        """An answer as aiohttp sends it; nginx does not know the length of what PHP gives it."""
        headers = CIMultiDict([*given.headers, ("Server", front.NAMES[self.server])])
        if given.type:
            headers["Content-Type"] = given.type
        body = given.body.encode() if isinstance(given.body, str) else given.body
        response = web.Response(status=given.status, headers=headers, body=body)
        if self.server == "nginx" and body:
            response.enable_chunked_encoding()
        return response
