"""The script that puts a small button for the chat on the campaign's own site."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources

from aiohttp import ETag, web

from bot.platforms.web.archive.place import digest, unchanged

SECONDS = 3600  # how long a browser may keep it
_ONLY_OURS = re.compile(r"^\s*//.*\n|^\s+", re.MULTILINE)
_PLACE = "const FRAMES = [];"


async def embed(request: web.Request, frames: Sequence[str] = ()) -> web.Response:
    """`/embed.js`, for the pages of any site. Only `frames` may show the chat in a frame: the
    script has to know them, since a page cannot see that a frame was refused.
    """
    script = _script().replace(_PLACE, f"const FRAMES = {json.dumps(list(frames))};", 1)
    tag = digest(script)
    if unchanged(request, tag):
        answer = web.Response(status=304)
    else:
        answer = web.Response(text=script, content_type="text/javascript", charset="utf-8")
    answer.etag = ETag(tag, is_weak=True)
    answer.headers["Cache-Control"] = f"public, max-age={SECONDS}"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@cache
def _script() -> str:
    """The script as it is sent: every page of a site carries it, so without what only we read."""
    file = resources.files("bot.platforms.web") / "static" / "embed.js"
    return _ONLY_OURS.sub("", file.read_text(encoding="utf-8"))
