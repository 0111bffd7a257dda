"""A site that has the button on its pages, with rules and styles of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from config.settings import WebSettings
from storage import Storage
from tests.browser import Browser, Page
from tests.platforms.archive_stage import Stage, archive

# A site that forbids all it can, and whose own styles reach for everything.
STYLE = "* { color: red !important; position: static !important; font-size: 50px !important }"
POLICY = (
    "default-src 'none'; script-src {herald}; style-src 'self'; frame-src {herald};"
    " require-trusted-types-for 'script'"
)
HTML = """<!doctype html><html lang="{lang}"><head><title>Lanterns</title>
<link rel="stylesheet" href="/style.css">{head}</head>
<body><main><h1>Lanterns</h1><p>A campaign.</p></main>{body}</body></html>"""


@dataclass
class Home:
    """The campaign's site and Herald's pages, each at an origin of its own."""

    herald: Stage
    url: str
    html: str = ""
    asked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    async def show(
        self, browser: Browser, attributes: str = "", *, lang: str = "en", times: int = 1,
        at_end: bool = True, **context: object,
    ) -> Page:  # fmt: skip
        """The site's page with the script on it, in a fresh profile, its button in view."""
        script = f'<script src="{self.herald.url}/embed.js" {attributes} async></script>' * times
        head, body = ("", script) if at_end else (script, "")
        self.html = HTML.format(lang=lang, head=head, body=body)
        page = await (await browser.new_context(**context)).new_page()  # type: ignore[arg-type]
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.faults.append(message.text))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        await page.goto(self.url)
        await page.locator(".open").wait_for()
        return page


@asynccontextmanager
async def both(storage: Storage, *, framed: bool) -> AsyncIterator[Home]:
    async def site(request: web.Request) -> web.Response:
        if request.path == "/style.css":
            return web.Response(text=STYLE, content_type="text/css")
        policy = POLICY.format(herald=home.herald.url)
        headers = {"Content-Security-Policy": policy}
        return web.Response(text=home.html, content_type="text/html", headers=headers)

    app = web.Application()
    app.router.add_get("/{path:.*}", site)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        options = WebSettings(frames=(origin,) if framed else ())
        async with archive(storage, options=options) as herald:
            home = Home(herald, origin)
            yield home
            assert [] == home.faults
    finally:
        await runner.cleanup()
