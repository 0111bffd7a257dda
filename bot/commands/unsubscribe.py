"""The way out, in one tap: nothing more is sent."""

from __future__ import annotations

from bot.chat import Button, Context, Message, Request
from bot.commands._ways import managers_only
from bot.i18n import texts
from bot.text.build import bold, join, plain

HELP = "No more releases"
ALIASES = ("stop",)


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    if not request.may_manage:
        return managers_only(t)
    was = await context.storage.subscribers.unsubscribe(request.address)
    if was:
        said = join(
            [
                bold(t("You are unsubscribed.")),
                t("I will send no more releases here. You can still ask me anything."),
                t("To erase what I keep about you as well, write /forget."),
            ]
        )
    else:
        said = plain(t("You are not subscribed, so no releases are sent here."))
    return Message(said, ((Button(t("🔔 Subscribe"), "subscribe"),),))
