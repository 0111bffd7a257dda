"""Who may do what in a chat: admins, looked up and remembered for a minute; and what we may."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any

import structlog
from telegram import (
    Bot,
    Chat,
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberBanned,
    ChatMemberOwner,
    ChatMemberRestricted,
)
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.i18n import Texts
from bot.platforms.telegram.poll import Json
from bot.platforms.telegram.requests import Requests

log = structlog.get_logger(__name__)

KEEP_SECONDS = 60.0
FAILED_SECONDS = 1.0  # a look-up that failed is not repeated for so long
LOOK_SECONDS = 3.0
MOST = 2000  # people remembered at once

_ADMINS = (ChatMember.ADMINISTRATOR, ChatMember.OWNER)
_KINDS: dict[str, type[ChatMember]] = {
    ChatMember.OWNER: ChatMemberOwner,
    ChatMember.ADMINISTRATOR: ChatMemberAdministrator,
    ChatMember.RESTRICTED: ChatMemberRestricted,
    ChatMember.BANNED: ChatMemberBanned,
}


class Looking:
    """Asks who is what in a chat. Its methods raise the library's errors.

    Past the library's own methods: they insist on all that the newest Bot API says of a chat or a
    member, and a server of one's own may be an older one.
    """

    def __init__(self, bot: Bot, requests: Requests) -> None:
        self._bot = bot
        self._requests = requests

    async def chat(self, name: str | int) -> Chat:
        """The chat of this @name or id."""
        found = Chat.de_json(await self._asked("getChat", chat_id=name), self._bot)
        if not isinstance(found.id, int):
            raise TelegramError("an answer without a chat")
        return found

    async def member(self, chat: int, person: int) -> ChatMember:
        """What somebody is in a chat."""
        return ChatMember.de_json(
            whole(await self._asked("getChatMember", chat_id=chat, user_id=person))
        )

    async def admins(self, chat: int) -> set[int]:
        """The user ids of the chat's admins, bots apart."""
        return {
            one["user"]["id"] for one in await self._asked("getChatAdministrators", chat_id=chat)
        }

    async def ours(self, chat: int) -> ChatMember:
        """What we are in a chat."""
        return await self.member(chat, self._bot.id)

    async def _asked(self, method: str, **fields: str | int) -> Any:
        return await self._requests.call(f"{self._bot.base_url}/{method}", fields, LOOK_SECONDS)


def whole(raw: Json) -> Json:
    """A member as the library wants to be told of one: what is not mentioned is no right."""
    kind = _KINDS.get(raw.get("status", ""))
    if kind is None:
        return raw
    named = signature(kind).parameters.values()
    needed = [p.name for p in named if p.default is Parameter.empty and p.name != "user"]
    # Needed too by version 22.8 (_chatmember.py), which declares it as if it were not.
    needed += ["can_react_to_messages"] if kind is ChatMemberRestricted else []
    return dict.fromkeys(needed, False) | raw


@dataclass(slots=True)
class _Known:
    until: float
    verdict: asyncio.Future[bool | None]


class Rights:
    """Remembers who manages which chat. What could not be found out is asked again."""

    def __init__(self, look: Looking, clock: Callable[[], float] = time.monotonic) -> None:
        self.look = look
        self._clock = clock
        self._known: dict[tuple[int, int], _Known] = {}

    async def manages(self, chat: int, person: int, *, fresh: bool = False) -> bool | None:
        """Whether this person is an admin of this chat; with `fresh` it is asked now.

        None where it could not be found out.
        """
        key, now = (chat, person), self._clock()
        known = self._known.get(key)
        if known is not None and now < known.until and not fresh:
            return await asyncio.shield(known.verdict)
        if len(self._known) >= MOST:
            self._forget(now)
        known = _Known(now + KEEP_SECONDS, asyncio.get_running_loop().create_future())
        self._known[key] = known
        found: bool | None = None
        try:
            found = await self._look(chat, person)
        finally:
            known.verdict.set_result(found)
            if found is None:
                known.until = self._clock() + FAILED_SECONDS
        return found

    def _forget(self, now: float) -> None:
        """Let go of what is outdated, and of everything where that is not enough."""
        self._known = {key: known for key, known in self._known.items() if now < known.until}
        if len(self._known) >= MOST:
            self._known.clear()

    async def _look(self, chat: int, person: int) -> bool | None:
        """None if nobody says."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                return await self._insist(chat, person)
        except (BadRequest, Forbidden) as error:  # an answer, and no other will come
            log.info("Somebody’s rights are not told.", reason=type(error).__name__)
            return False
        except (TelegramError, TimeoutError) as error:
            log.info("Somebody’s rights could not be looked up.", reason=type(error).__name__)
            return None

    async def _insist(self, chat: int, person: int) -> bool:
        """What failed at once, such as a connection that was cut, is tried once more."""
        try:
            return await self._asked(chat, person)
        except (BadRequest, Forbidden, RetryAfter):
            raise
        except TelegramError:
            return await self._asked(chat, person)

    async def _asked(self, chat: int, person: int) -> bool:
        try:
            return (await self.look.member(chat, person)).status in _ADMINS
        except BadRequest:
            # Of others than itself only a bot that is an admin may always ask; who the admins
            # are may be asked by every member (Bot API, getChatMember, getChatAdministrators).
            return person in await self.look.admins(chat)


def unanswered(t: Texts) -> str:
    """What is said where Telegram does not tell what we need to know."""
    return t("Telegram does not answer me at the moment. Please try again in a minute.")


def may_write(member: ChatMember, kind: str) -> bool:
    """Whether a bot that is this in a chat of this kind can write there."""
    if isinstance(member, ChatMemberAdministrator):
        return kind != Chat.CHANNEL or member.can_post_messages is not False
    if isinstance(member, ChatMemberRestricted):
        return bool(member.is_member and member.can_send_messages)
    return member.status in (ChatMember.OWNER, ChatMember.MEMBER) and kind != Chat.CHANNEL
