"""Who may press what: in groups and channels a press is judged, and whoever pressed hears of it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

import structlog
from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.i18n import texts
from bot.platforms.telegram.buttons import EVERYBODY, Tags, far, far_chat
from bot.platforms.telegram.drawing import opens
from bot.platforms.telegram.rights import LOOK_SECONDS, Rights, unanswered
from bot.platforms.telegram.updates import Asked

log = structlog.get_logger(__name__)

MANAGING = ("subscribe", "unsubscribe", "stop", "settings", "follow", "forget")

_NAME = re.compile(r"\s*[/!]?(\w+)")
_RELEASE = re.compile(r"release ([0-9]{1,18})\b.*")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a press is answered with a message; else with an alert, or a link that opens."""

    goes_on: bool
    alert: str = ""
    url: str = ""


def command(words: str) -> str:
    """The name of the command that was typed or pressed; "" for none."""
    found = _NAME.match(words)
    return found[1].lower() if found else ""


class Presses:
    """Judges presses by whom the button was drawn for, and answers the presser's client."""

    def __init__(self, bot: Bot, rights: Rights, tags: Tags) -> None:
        self._bot = bot
        self._rights = rights
        self._tags = tags

    async def judge(self, asked: Asked) -> Verdict:
        """What becomes of this press. A chat of two has room for an answer in any case."""
        if asked.alone:
            return Verdict(goes_on=True)
        t = texts(asked.request.language)
        if not asked.readable or far_chat(asked.to) is not None:
            return Verdict(goes_on=False, alert=t("This button is too old, I am sorry."))
        if asked.channel:
            return await self._in_channel(asked)
        theirs = await self._is_theirs(asked)
        if theirs is None:
            return Verdict(goes_on=False, alert=unanswered(t))
        if not theirs:
            return Verdict(goes_on=False, alert=t("These buttons are for the person who asked."))
        return await self._managing(asked)

    def owner(self, asked: Asked, *, replaces: bool) -> str:
        """For whom the buttons under the answer are: for the asker, in a group; or as before.

        An admin who hid behind the group presses under their own name: then all admins may. Who
        hid behind a channel is not to be known again, so that everybody may.
        """
        request = asked.request
        if asked.alone or asked.channel:
            return EVERYBODY
        if request.pressed and (replaces or asked.to == self._hidden(asked)):
            return asked.to
        if asked.person:
            return self._tags.of(request.address.chat, asked.person)
        return self._hidden(asked) if request.may_manage else EVERYBODY

    async def acknowledge(self, query: str, asked: Asked | None) -> None:
        """Stop the button's spinner, with what there is to say. Too late is no harm."""
        verdict = Verdict(goes_on=True) if asked is None else await self.judge(asked)
        url = verdict.url
        if verdict.goes_on and asked is not None and asked.channel:
            url = await self._way_to_us(asked)
        try:
            await self._bot.answer_callback_query(
                query, verdict.alert or None, show_alert=bool(verdict.alert) or None,
                url=url or None,
            )  # fmt: skip
        except TelegramError as error:
            log.debug("A press could not be acknowledged.", end=type(error).__name__)

    async def _managing(self, asked: Asked) -> Verdict:
        """A group shall not read of every member who presses what only its admins may."""
        if command(asked.request.words) not in MANAGING:
            return Verdict(goes_on=True)
        manages = await self._rights.manages(int(asked.request.address.chat), asked.person)
        t = texts(asked.request.language)
        if manages is None:
            return Verdict(goes_on=False, alert=unanswered(t))
        if not manages and asked.shared:
            return Verdict(goes_on=False, alert=t("Only the admins of this chat can change that."))
        return Verdict(goes_on=True)

    async def _is_theirs(self, asked: Asked) -> bool | None:
        """None where it cannot be found out."""
        chat = asked.request.address.chat
        if asked.to in (EVERYBODY, self._tags.of(chat, asked.person)):
            return True
        if asked.to != self._hidden(asked):
            return False
        return await self._rights.manages(int(chat), asked.person)

    def _hidden(self, asked: Asked) -> str:
        """The tag of the admins who hide behind the group."""
        chat = asked.request.address.chat
        return self._tags.of(chat, chat)

    async def _in_channel(self, asked: Asked) -> Verdict:
        """Readers are led to their own chat with us; admins are answered in theirs."""
        words, chat = asked.request.words, int(asked.request.address.chat)
        if command(words) not in MANAGING:
            shown = _RELEASE.fullmatch(words)
            return Verdict(goes_on=False, url=self._opens(f"r{shown[1]}" if shown else ""))
        manages = await self._rights.manages(chat, asked.person)
        if manages:
            return Verdict(goes_on=True)
        t = texts(asked.request.language)
        if manages is None:
            return Verdict(goes_on=False, alert=unanswered(t))
        return Verdict(goes_on=False, alert=t("Only the admins of this chat can change that."))

    async def _way_to_us(self, asked: Asked) -> str:
        """A link to our chat with this admin, if they have not opened it: we may not begin one."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._bot.send_chat_action(asked.person, ChatAction.TYPING)
        except (TelegramError, TimeoutError):
            return self._opens(f"c{far(int(asked.request.address.chat))[1:]}")
        return ""

    def _opens(self, start: str) -> str:
        return opens(self._bot.username, start)
