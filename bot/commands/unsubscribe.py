"""The way out, in one tap: nothing more is sent."""

from __future__ import annotations

from bot.chat import Button, Context, Message, Request
from bot.commands._ways import managers_only
from bot.i18n import Texts, texts
from bot.text.build import bold, join, plain
from storage.model import RichText

HELP = "No more releases"
ALIASES = ("stop",)


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    if not request.may_manage:
        return managers_only(t)
    was = await context.storage.subscribers.unsubscribe(request.address)
    said = _said(t, was) if request.private else _said_of_chat(t, was)
    return Message(said, ((Button(t("🔔 Subscribe"), "subscribe"),),))


def _said(t: Texts, was: bool) -> RichText:
    if not was:
        return plain(t("You are not subscribed, so no releases are sent here."))
    return join(
        [
            bold(t("You are unsubscribed.")),
            t("I will send no more releases here. You can still ask me anything."),
            t("To erase what I keep about you as well, write /forget."),
        ]
    )


def _said_of_chat(t: Texts, was: bool) -> RichText:
    if not was:
        return plain(t("This chat is not subscribed, so no releases are posted."))
    return join(
        [
            bold(t("This chat is unsubscribed.")),
            t("I will post no more releases. You can still ask me anything."),
            t("To erase what I keep about this chat as well, an admin can write /forget."),
        ]
    )
