"""Erases all that is kept of this chat: `forget` asks once, `forget yes` does it."""

from __future__ import annotations

from bot.chat import Button, Context, Message, Request
from bot.commands._ways import managers_only
from bot.i18n import Texts, texts
from bot.text.build import bold, join
from storage.model import RichText

HELP = "Erase all that I keep about you"


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    if not request.may_manage:
        return managers_only(t)
    answered = request.words.strip().lower()
    if answered == "no":
        said = RichText(t("Nothing was erased; all is as it was."))
        return Message(said, replaces=request.pressed)
    known = await context.storage.subscribers.find(request.address)
    if answered != "yes":
        return _ask(t) if known is not None else _nothing(t, request.pressed)
    try:
        kept = await context.storage.subscribers.forget(request.address)
    except TimeoutError:
        return _not_done(t, request.pressed)
    if not kept:
        return _nothing(t, request.pressed)
    return _done(t, request.pressed, subscribed=known is not None and known.active)


def _ask(t: Texts) -> Message:
    said = join(
        [
            bold(t("Shall I erase all that I keep about you?")),
            t(
                "That is the sealed address of this chat, your subscription and your settings."
                " No more releases will be sent here. This cannot be undone."
            ),
        ]
    )
    yes, no = Button(t("Erase everything"), "forget yes"), Button(t("Keep it"), "forget no")
    return Message(said, ((yes, no),))


def _nothing(t: Texts, pressed: bool) -> Message:
    said = RichText(t("There is nothing to erase: I keep nothing about this chat."))
    return Message(said, replaces=pressed)


def _done(t: Texts, pressed: bool, *, subscribed: bool) -> Message:
    said = join(
        [
            bold(t("Done: I have forgotten you.")),
            t(
                "Erased for good: the sealed address of this chat, your subscription and all your"
                " settings, with every release that was still waiting to be sent."
            )
            if subscribed
            else t("Erased for good: the sealed address of this chat and all your settings."),
            t("You are welcome back at any time: /start."),
        ]
    )
    return Message(said, replaces=pressed)


def _not_done(t: Texts, pressed: bool) -> Message:
    """The rows are gone, but their bytes may still be in the database's log."""
    said = t(
        "Your data is deleted, but I could not yet overwrite its last traces on the disk."
        " Please press the button once more in a minute."
    )
    return Message(
        RichText(said), ((Button(t("Erase everything"), "forget yes"),),), replaces=pressed
    )
