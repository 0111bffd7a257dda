"""Telegram's rate limits, to be switched on: for the whole bot, for a chat, for a group.

Figures: Bots FAQ, "My bot is hitting limits": about 30 messages a second in all, one a second in
a chat, 20 a minute in a group. The true algorithm is not published: there are several to choose
from. What Telegram does while a wait that it asked for lasts is known: it refuses everything.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.fakes.botapi.limits import Adaptive, Bucket, Fixed, Limit, Sliding
from tests.fakes.botapi.query import Query
from tests.fakes.botapi.refusals import RefusedError

MINUTE = 60.0
REMEMBERED = 2000  # chats, before those at rest are forgotten


@dataclass(slots=True)
class Freeze:
    """A wait that was asked for; `told` is when the first answer that says so went out."""

    until: float
    told: float = math.inf


class TooManyError(RefusedError):
    """429 as Query.cpp, set_retry_after_error, writes it; the header follows in the server.

    `inside`: the sender had been told to wait. `crossed`: it had not, or a moment ago only, and
    the request came inside that wait by no fault of its own.
    """

    def __init__(self, seconds: int, freeze: Freeze, *, inside: bool, crossed: bool) -> None:
        words = f"Too Many Requests: retry after {seconds}"
        super().__init__(429, words, retry_after=seconds)
        self.seconds = seconds
        self.freeze = freeze
        self.inside = inside
        self.crossed = crossed


@dataclass(slots=True)
class Pace:
    """Limits on sends and edits; 0 switches one off. `clock` gives seconds that never go back.

    `model` of the bot's limit: "bucket" (`per_second`, and `burst` at once after a rest),
    "sliding" (at most `per_second` in any second), "fixed" (in each second of the clock),
    "adaptive" (a bucket of a rate between `slowest` and `per_second`, drawn anew every `changes`
    seconds from `seed`). A chat gets a message each `chat_pause` seconds, `chat_burst` at once
    after a rest; a group `group_per_minute` in any minute, too.

    Who is refused has to wait: `penalty` seconds at least for the bot, `chat_penalty` for a chat.
    Until then all that is sent there is refused, and uses nothing up. A request that comes more
    than `grace` seconds after the sender was told came "inside a freeze".

    `hidden`: in place of refusals of so many seconds in all, a request is held for as long, and
    tried again (td NetQueryDelayer.cpp, with 8 s for bots).
    """

    clock: Callable[[], float]
    per_second: float = 30
    burst: float = 30
    chat_pause: float = 1.0
    group_per_minute: int = 20
    penalty: int = 1
    model: str = "bucket"
    slowest: float = 10
    changes: float = 60
    seed: int = 0
    chat_burst: float = 1
    chat_penalty: int = 1
    grace: float = 0.05
    hidden: float = 0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _bot: Limit | None = None
    _chats: dict[str, Bucket] = field(default_factory=dict)
    _groups: dict[str, Sliding] = field(default_factory=dict)
    _frozen: dict[str, Freeze] = field(default_factory=dict)
    _most: int = REMEMBERED

    def __post_init__(self) -> None:
        """Raises KeyError for a model that there is not."""
        whole = max(1, int(self.per_second))
        models: dict[str, Callable[[], Limit]] = {
            "bucket": lambda: Bucket(self.per_second, self.burst),
            "sliding": lambda: Sliding(whole),
            "fixed": lambda: Fixed(whole),
            "adaptive": lambda: Adaptive(
                self.slowest, self.per_second, self.changes, self.burst, self.seed
            ),
        }
        chosen = models[self.model]
        self._bot = chosen() if self.per_second else None

    async def admit(self, query: Query) -> float:
        """Let a request pass, at once or after it was held; the seconds it was.

        Raises TooManyError.
        """
        held = 0
        while True:
            try:
                self.check(query.method, query.text("chat_id"), query.came)
            except TooManyError as error:
                if held + error.seconds > self.hidden:
                    told = self.clock() + query.back
                    error.freeze.told = min(error.freeze.told, told)
                    raise
                held += error.seconds
                await self.sleep(error.seconds)
            else:
                return held

    def check(self, method: str, chat: str, came: float = 0) -> None:
        """Let a request that came in then pass now, or raise TooManyError with its wait."""
        if not method.startswith(("send", "edit")) or method == "sendchataction":
            return
        now = self.clock()
        if len(self._chats) + len(self._frozen) > self._most:
            self._forget(now)
        for scope in ("", chat):
            freeze = self._frozen.get(scope)
            if freeze and freeze.until > now:
                inside = came > freeze.told + self.grace
                raise self._refusal(freeze, now, inside=inside, crossed=not inside)
        self._refuse("", self._bot.wait(now) if self._bot else 0, self.penalty, now)
        limits = self._limits(chat)
        wait = max((limit.wait(now) for limit in limits), default=0)
        self._refuse(chat, wait, self.chat_penalty, now)
        for limit in (*limits, *((self._bot,) if self._bot else ())):
            limit.take(now)

    def _refuse(self, scope: str, wait: float, least: int, now: float) -> None:
        if wait > 0:
            freeze = self._frozen[scope] = Freeze(now + max(least, math.ceil(wait)))
            raise self._refusal(freeze, now)

    def _refusal(
        self, freeze: Freeze, now: float, *, inside: bool = False, crossed: bool = False
    ) -> TooManyError:
        seconds = max(1, math.ceil(freeze.until - now))
        return TooManyError(seconds, freeze, inside=inside, crossed=crossed)

    def _limits(self, chat: str) -> list[Limit]:
        """The limits of this chat alone."""
        found: list[Limit] = []
        if self.chat_pause:
            found.append(self._chats.setdefault(chat, Bucket(1 / self.chat_pause, self.chat_burst)))
        if self.group_per_minute and chat.startswith("-"):
            limit = Sliding(self.group_per_minute, MINUTE)
            found.append(self._groups.setdefault(chat, limit))
        return found

    def _forget(self, now: float) -> None:
        """Let go of the chats that are at rest: memory is not to grow with the audience."""
        self._chats = {c: limit for c, limit in self._chats.items() if limit.full_at > now}
        self._groups = {c: g for c, g in self._groups.items() if now - g.last < MINUTE}
        self._frozen = {c: freeze for c, freeze in self._frozen.items() if freeze.until > now}
        self._most = max(REMEMBERED, 2 * (len(self._chats) + len(self._frozen)))
