"""The remote control of a fake archive: a JSON object sent to /control/NAME, a JSON answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.faults import Fault

if TYPE_CHECKING:
    from tests.fakes.archive import LivingWordPress

SWITCHES = ("maintenance", "server")
READING = ("base", "excerpts", "per_page", "trap")


async def answer(site: LivingWordPress, request: web.Request) -> web.Response:
    """Do what is asked: publish, edit, trash, set, fault, requests or posts."""
    name = request.path.removeprefix("/control/")
    try:
        given = await request.json() if request.can_read_body else {}
        return web.json_response(_done(site, name, given))
    except (KeyError, TypeError, ValueError) as problem:
        return web.json_response({"error": f"{name}: {problem}"}, status=400)


def _done(site: LivingWordPress, name: str, given: dict[str, Any]) -> Any:
    if name == "publish":
        return _shown(site, site.write(**_with_times(given)).id)
    if name == "edit":
        return _shown(site, site.edit(given.pop("id"), **_with_times(given)).id)
    if name == "trash":
        site.trash(given["id"])
        return {}
    if name == "set":
        return _set(site, given)
    if name == "fault":
        times = given.pop("times", 1)
        site.fail(Fault(**given), times=times)
        return {"queued": times}
    if name == "requests":
        return [_asked(asked) for asked in site.requests]
    if name == "posts":
        return [_shown(site, post.id) for post in site.posts]
    raise ValueError("no such control; there are publish, edit, trash, set, fault, requests, posts")


def _asked(asked: Any) -> dict[str, Any]:
    return {
        "method": asked.method,
        "target": asked.target,
        "headers": dict(asked.headers),
        "status": asked.status,
    }


def _set(site: LivingWordPress, given: dict[str, Any]) -> dict[str, Any]:
    for name, value in given.items():
        if name in SWITCHES:
            setattr(site, name, value)
        elif name in READING:
            setattr(site.blog, name, value)
        else:
            raise ValueError(f"no setting {name!r}; there are {', '.join(SWITCHES + READING)}")
    now = {name: getattr(site, name) for name in SWITCHES}
    return now | {name: getattr(site.blog, name) for name in READING}


def _shown(site: LivingWordPress, number: int) -> dict[str, Any]:
    post = site.blog.posts[number]
    return {
        "id": post.id,
        "slug": post.slug,
        "title": post.title,
        "link": site.blog.permalink(post),
        "guid": site.blog.guid(post),
        "date": post.date_gmt.isoformat(),
        "modified": post.modified_gmt.isoformat(),
    }


def _with_times(given: dict[str, Any]) -> dict[str, Any]:
    times = {name: _moment(given[name]) for name in ("date", "modified") if name in given}
    listed = {"categories": tuple(given["categories"])} if "categories" in given else {}
    return given | times | listed


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
