"""The fake's strings, to be pulled over HTTP by a test in another process: /control/…, JSON.

POST /control/ACT takes the arguments of the act as a JSON object: those of FakeBotAPI's methods of
that name, `fault` those of Faults.add. GET /control/messages?chat=, truth?since=,
wait?chat=&count=&timeout= (until the bot has so many messages there), settled?timeout= (until no
update is pending). A wait that was in vain answers 408.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from tests.fakes.botapi.server import FakeBotAPI

WAIT = 5.0  # seconds, unless the request says otherwise


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
        return _done(result if isinstance(result, int | str) else None)

    async def see(request: web.Request) -> web.Response:
        return _done(api.messages(int(request.query["chat"])))

    async def truth(request: web.Request) -> web.Response:
        return _done(api.truth[int(request.query.get("since", "0")) :])

    async def wait(request: web.Request) -> web.Response:
        chat, count = int(request.query["chat"]), int(request.query.get("count", "1"))

        def enough() -> bool:
            return len(api.messages(chat, from_bot=True)) >= count

        return await _waited(api, request, enough, lambda: api.messages(chat, from_bot=True))

    async def settled(request: web.Request) -> web.Response:
        def all_confirmed() -> bool:
            return not api.bot.updates.pending()

        return await _waited(api, request, all_confirmed, api.bot.updates.pending)

    app.router.add_post("/control/{act}", act)
    app.router.add_get("/control/messages", see)
    app.router.add_get("/control/truth", truth)
    app.router.add_get("/control/wait", wait)
    app.router.add_get("/control/settled", settled)


def _acts(api: FakeBotAPI) -> dict[str, Callable[..., Any]]:
    def revoke(revoked: bool = True) -> None:
        api.revoked = revoked

    def unlimit() -> None:
        api.pace = None

    own = (api.add_user, api.add_chat, api.user_sends, api.press, api.block, api.unblock)
    more = (api.deactivate, api.set_status, api.mute, api.migrate, api.raw_update, api.limit)
    acts: dict[str, Callable[..., Any]] = {act.__name__: act for act in own + more}
    acts |= {"fault": api.faults.add, "clear_faults": api.faults.clear}
    return acts | {"revoke": revoke, "unlimit": unlimit}


async def _waited(
    api: FakeBotAPI, request: web.Request, ready: Callable[[], bool], result: Callable[[], Any]
) -> web.Response:
    try:
        await api.wait_for(ready, float(request.query.get("timeout", str(WAIT))))
    except TimeoutError:
        return web.json_response({"ok": False, "result": result()}, status=408)
    return _done(result())


def _done(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _failed(status: int, words: str) -> web.Response:
    return web.json_response({"ok": False, "description": words}, status=status)
