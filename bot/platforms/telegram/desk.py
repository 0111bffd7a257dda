"""What comes of an update: it is asked of the router, or noted; and where the answer goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from telegram import Chat, Update

from bot import chat
from bot.i18n import Texts, texts
from bot.patience import FAR, Patience, Verdict
from bot.platforms.telegram.answers import Answer, Answers
from bot.platforms.telegram.buttons import bound
from bot.platforms.telegram.changes import Back, Change, Left, change
from bot.platforms.telegram.channels import Channels, Place, meant
from bot.platforms.telegram.presses import MANAGING, Presses, command
from bot.platforms.telegram.rights import Rights, unanswered
from bot.platforms.telegram.updates import NAME, Asked, Us, asked, under
from storage import DatabaseError
from storage.model import Address, RichText
from storage.subscribers import Subscribers

# What is answered otherwise to admins; for all else nobody's rights are looked up.
RIGHTS_MATTER = (*MANAGING, "start", "help")


@dataclass(frozen=True, slots=True)
class Around:
    """Who the desk works with. `promoted` hears that we may post in one more channel, `started`
    that an admin of ours has opened the chat with us.
    """

    answer: chat.Answer
    answers: Answers
    subscribers: Subscribers
    rights: Rights
    channels: Channels
    presses: Presses
    promoted: Callable[[], None]
    started: Callable[[], None]


class Desk:
    """Takes updates one by one. Its methods raise DatabaseError: then nothing is committed."""

    def __init__(self, around: Around, us: Callable[[], Us], now: Callable[[], datetime]) -> None:
        self._around = around
        self._us = us
        self._now = now
        self._patience = Patience(FAR)

    def asked(self, update: Update) -> Asked | None:
        """What somebody asks with this update."""
        return asked(update, self._us(), self._now())

    async def said(self, update: Update) -> None:
        """A message, a post or a press."""
        changed = change(update)
        if changed is not None:
            await self._note(changed)
            return
        one = self.asked(update)
        if one is None:
            return
        if one.request.pressed and not (await self._around.presses.judge(one)).goes_on:
            return
        if one.request.admin and one.request.words.startswith("/start"):
            self._around.started()
        there = meant(one)
        if there is not None:
            await self._far(one, *there, under(update) if one.alone else None)
        else:
            await self._near(one, under(update))

    async def place(self, update: Update) -> None:
        """Our own place in a chat: out, silenced, in again; and whom to thank for it."""
        changed, told = change(update), update.my_chat_member
        if changed is None or told is None:
            return
        await self._note(changed)
        if isinstance(changed, Back) and told.chat.type == Chat.CHANNEL:
            self._around.promoted()
        offer = await self._around.channels.offer(told)
        if offer is not None:
            self._around.answers.put(Answer(*offer))

    async def _near(self, one: Asked, under: str | None) -> None:
        """Asked in a chat, answered there."""
        request = one.request
        name = command(request.words)
        if one.unsure and name in RIGHTS_MATTER:
            manages = await self._around.rights.manages(int(request.address.chat), one.person)
            if manages is None and name in MANAGING:
                said = unanswered(await self._texts(request.address, request.language))
                self._around.answers.put(Answer(request.address, chat.Message(RichText(said))))
                return
            request = replace(request, may_manage=bool(manages))
        message = await self._around.answer(request)
        if message is None:
            return
        # What was pushed to all stays as it is: who presses gets a message of their own.
        message = replace(message, replaces=message.replaces and not one.shared)
        asked = replace(one, request=request)
        to = self._around.presses.owner(asked, replaces=message.replaces)
        self._around.answers.put(Answer(request.address, bound(message, to), under))

    async def _far(self, one: Asked, command: str, place: Place, under: str | None) -> None:
        """Asked for another chat, answered to the person alone."""
        private = Address(NAME, str(one.person))
        here = one.request.address if one.alone else private
        who = str(one.person or one.request.address.chat)
        verdict = Verdict.ANSWER if one.request.admin else self._patience.asks(who)
        if verdict is Verdict.SILENCE:
            return
        if verdict is Verdict.SAY_SO:
            said = _too_fast(await self._texts(private, one.request.language))
            self._around.answers.put(Answer(here, chat.Message(RichText(said))))
            return
        try:
            await self._looked(one, command, place, here, under)
        except DatabaseError:  # it will be asked again
            self._patience.take_back(who)
            raise

    async def _looked(
        self, one: Asked, command: str, place: Place, here: Address, under: str | None
    ) -> None:
        """What comes of the look at the other chat."""
        found = await self._around.channels.far(one, command, place)
        if isinstance(found, chat.Message):
            self._around.answers.put(Answer(here, found))
            return
        message = await self._around.answer(found.request)
        if message is not None:
            message = found.titled(bound(message, found.to))
            self._around.answers.put(Answer(here, message, under))

    async def _texts(self, address: Address, hint: str) -> Texts:
        """In the language chosen there, else the one that Telegram hints."""
        known = await self._around.subscribers.find(address)
        return texts((known.language if known else "") or hint)

    async def _note(self, changed: Change) -> None:
        subscribers = self._around.subscribers
        if isinstance(changed, Left):
            await subscribers.gone(changed.address, thread=changed.thread)
        elif isinstance(changed, Back):
            await subscribers.back(changed.address, thread=changed.thread)
        else:
            await subscribers.move(changed.old, changed.new)
            # Telegram may tell of the old group's end first: who moved is there all the same.
            await subscribers.back(changed.new)


def _too_fast(t: Texts) -> str:
    """As the router says it, which is not asked before the other chat was looked at."""
    return t(
        "One moment, please: that is more than I can answer at once. Ask me again in a few seconds."
    )
