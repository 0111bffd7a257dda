"""The fake's strings, to be pulled over HTTP by a test in another process: /control/…, JSON.

POST /control/ACT takes the arguments of the act as a JSON object, and answers what it gives:
  {"ok": true, "result": …}. The acts are FakeBotAPI's methods of that name (listed below); bytes
  go as Base64. Beside them: fault (Faults.add), clear_faults, revoke, limit and unlimit (the
  fields of Pace: {"model": "sliding", "per_second": 30, "penalty": 5}), new_tally (count anew),
  settings {"privacy": …, "inline_mode": …, "inline_feedback": …, "webhook_pace": …, "latency": …,
  "jitter": …, "arrives": …} (the last three: Distance).
GET  /control/messages?chat=  truth?since=  presses  tally (the sends in numbers, and when it is
  now)  wait?chat=&count=&timeout= (until the bot has so many messages there)  settled?timeout=
  (until no update is pending). A wait that was in vain answers 408.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.botapi.groups import Groups
from tests.fakes.botapi.inlining import InlineUsers
from tests.fakes.botapi.people import People
from tests.fakes.botapi.wild import Wild

if TYPE_CHECKING:
    from tests.fakes.botapi.server import FakeBotAPI

WAIT = 5.0  # seconds, unless the request says otherwise
ROOMS = (People, Groups, InlineUsers, Wild)
Acts = dict[str, Callable[..., Any]]
Look = tuple[Callable[[], bool], Callable[[], Any]]


def add_control(app: web.Application, api: FakeBotAPI) -> None:
    """Add the routes that this module describes."""

    async def act(request: web.Request) -> web.Response:
        found = _acts(api).get(request.match_info["act"])
        if found is None:
            return _failed(404, f"there is no act {request.match_info['act']}")
        try:
            result = found(**(await request.json() if request.can_read_body else {}))
        except (TypeError, LookupError, ValueError) as error:
            return _failed(400, f"{type(error).__name__}: {error}")
        return _done(result if isinstance(result, int | str | list | dict) else None)

    async def look(request: web.Request) -> web.Response:
        seen = _looks(api, request).get(request.match_info["look"])
        if seen is None:
            return _failed(404, f"there is no {request.match_info['look']} to look at")
        ready, result = seen
        try:
            await api.wait_for(ready, float(request.query.get("timeout", str(WAIT))))
        except TimeoutError:
            return web.json_response({"ok": False, "result": result()}, status=408)
        return _done(result())

    app.router.add_post("/control/{act}", act)
    app.router.add_get("/control/{look}", look)


def _looks(api: FakeBotAPI, request: web.Request) -> dict[str, Look]:
    """What can be looked at: when that is ready, and what it is."""
    chat, count = int(request.query.get("chat", "0")), int(request.query.get("count", "1"))
    since = int(request.query.get("since", "0"))

    def said() -> list[Any]:
        return api.messages(chat, from_bot=True)

    return {
        "messages": (_at_once, lambda: api.messages(chat)),
        "truth": (_at_once, lambda: api.truth[since:]),
        "presses": (_at_once, lambda: api.bot.answers),
        "tally": (_at_once, lambda: _tally(api)),
        "wait": (lambda: len(said()) >= count, said),
        "settled": (lambda: not api.bot.updates.pending(), api.bot.updates.pending),
    }


def _tally(api: FakeBotAPI) -> dict[str, Any]:
    """Truth's Tally; `chats` are those that a lean fake has counted."""
    more = {"chats": len(api.lean.counts)} if api.lean else {}
    return api.log.tally.shown() | more | {"now": api.bot.clock()}


def _at_once() -> bool:
    return True


def documented() -> str:
    """This module's words, and a line for every act."""
    lines = [f"  {name}{_signature(act)}" for name, act in _methods().items()]
    return f"{__doc__}\nActs:\n" + "\n".join(lines)


def _methods() -> Acts:
    """The acts by name: the public methods of all rooms."""
    every = {name: act for room in ROOMS for name, act in vars(room).items()}
    return {
        name: act for name, act in sorted(every.items()) if callable(act) and name[0] not in "_"
    }


def _signature(act: Callable[..., Any]) -> str:
    shown = [
        str(parameter.replace(annotation=inspect.Parameter.empty))
        for parameter in list(inspect.signature(act).parameters.values())[1:]
    ]
    return f"({', '.join(shown)})"


def _acts(api: FakeBotAPI) -> Acts:
    def revoke(revoked: bool = True) -> None:
        api.revoked = revoked

    def unlimit() -> None:
        api.pace = None

    def settings(**changes: Any) -> None:
        _set(api, changes)

    acts: Acts = {name: getattr(api, name) for name in _methods()}
    acts |= {"fault": api.faults.add, "clear_faults": api.faults.clear, "limit": api.limit}
    acts |= {"new_tally": api.log.new_tally}
    return acts | {"revoke": revoke, "unlimit": unlimit, "settings": settings}


def _set(api: FakeBotAPI, changes: dict[str, Any]) -> None:
    """What BotFather could change, the pace of the webhook, and how far the server is."""
    places: dict[str, tuple[Any, str]] = {
        "privacy": (api.bot, "privacy"),
        "inline_mode": (api.bot.inline, "on"),
        "inline_feedback": (api.bot.inline, "feedback"),
        "webhook_pace": (api.bot.deliveries, "pace"),
    }
    places |= {name: (api.distance, name) for name in ("latency", "jitter", "arrives")}
    for name, value in changes.items():
        owner, attribute = places[name]
        setattr(owner, attribute, value)


def _done(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _failed(status: int, words: str) -> web.Response:
    return web.json_response({"ok": False, "description": words}, status=status)
