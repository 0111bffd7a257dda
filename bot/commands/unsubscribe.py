"""The way out, in one tap: nothing more is sent.

Names and words that were followed are forgotten with the subscription that they made; what is left
out, and languages, are choices that stay for whoever comes back.
"""

from __future__ import annotations

from bot.chat import Button, Context, Message, Request
from bot.commands._following import back, listed, wanted
from bot.commands._ways import managers_only
from bot.i18n import Texts, texts
from bot.text.build import bold, join, plain
from storage.model import Follow, RichText

HELP = "No more releases"
ALIASES = ("stop",)


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    if not request.may_manage:
        return managers_only(t)
    followed = wanted(await context.storage.follows.of(request.address))
    was = await context.storage.subscribers.unsubscribe(request.address)
    forgotten = _forgotten(t, followed) if was else ""
    said = _said(t, was, forgotten) if request.private else _said_of_chat(t, was, forgotten)
    everything = (Button(t("🔔 Subscribe"), "subscribe"),)
    return Message(said, (*back(followed, "follow ", t), everything))


def _forgotten(t: Texts, followed: list[Follow]) -> str:
    if not followed:
        return ""
    return t("What was followed here is forgotten: {followed}.", followed=listed(followed))


def _said(t: Texts, was: bool, forgotten: str) -> RichText:
    if not was:
        return plain(t("You are not subscribed, so no releases are sent here."))
    return join(
        [
            bold(t("You are unsubscribed.")),
            t("I will send no more releases here. You can still ask me anything."),
            forgotten,
            t("To erase what I keep about you as well, write /forget."),
        ]
    )


def _said_of_chat(t: Texts, was: bool, forgotten: str) -> RichText:
    if not was:
        return plain(t("This chat is not subscribed, so no releases are posted."))
    return join(
        [
            bold(t("This chat is unsubscribed.")),
            t("I will post no more releases. You can still ask me anything."),
            forgotten,
            t("To erase what I keep about this chat as well, an admin can write /forget."),
        ]
    )
