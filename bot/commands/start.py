"""The welcome, with buttons; and the links that lead here: `start r12`, `start subscribe`."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.chat import Button, Context, Message, Request, Rows
from bot.commands import release, subscribe
from bot.i18n import Texts, texts
from bot.text.build import bold, join

HELP = "A welcome, and what I can do for you"

_RELEASE = re.compile(r"r[0-9]+", re.IGNORECASE)


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    link = request.words.strip()
    # Somebody who had blocked us and starts us again wants the releases to go on.
    back = request.may_manage and await context.storage.subscribers.back(request.address)
    if _RELEASE.fullmatch(link):
        return await release.answer(replace(request, words=link, pressed=False), context)
    if link.lower() == "subscribe":
        return await subscribe.answer(request, context)
    known = await context.storage.subscribers.find(request.address)
    subscribed = known is not None and known.active
    return Message(
        join(
            [
                bold(context.campaign.name),
                _welcome(t, alone=request.private),
                _goes_on(t, alone=request.private) if back else "",
                t("Choose below, or simply write what you are looking for.")
                if request.private
                else t("Choose below; /help shows all I can do."),
            ],
            "\n\n",
        ),
        _buttons(t, context, subscribed=subscribed),
    )


def _welcome(t: Texts, *, alone: bool) -> str:
    if alone:
        return t(
            "Welcome! I send you each new press release as soon as it is published, and"
            " I find the earlier ones for you."
        )
    return t(
        "Hello! Once an admin has subscribed this chat, I post each new press release here as soon"
        " as it is published. And I find the earlier ones for everybody."
    )


def _goes_on(t: Texts, *, alone: bool) -> str:
    if alone:
        return t("Your subscription goes on: new releases will arrive here again.")
    return t("The subscription of this chat goes on: new releases will arrive here again.")


def _buttons(t: Texts, context: Context, *, subscribed: bool) -> Rows:
    first = [] if subscribed else [Button(t("🔔 Subscribe"), "subscribe")]
    first.append(Button(t("Latest releases"), "latest"))
    second = [Button(t("Search"), "search")]
    if context.campaign.events:
        second.append(Button(t("Anniversaries"), "anniversary"))
    third = [Button("🌐 English · Русский", "settings language")]
    if subscribed:
        third.append(Button(t("⚙️ Settings"), "settings"))
    return tuple(first), tuple(second), tuple(third)
