"""Erases all that is kept of this chat: `forget` asks once, `forget yes` does it."""

from __future__ import annotations

from bot.chat import Button, Context, Message, Request
from bot.commands._ways import managers_only
from bot.i18n import Texts, texts
from bot.text.build import bold, join
from storage.model import RichText, Statement

HELP = "Erase all that I keep about you"


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    if not request.may_manage:
        return managers_only(t)
    answered = request.words.strip().lower()
    if answered == "no":
        said = RichText(t("Nothing was erased; all is as it was."))
        return Message(said, replaces=request.pressed)
    subscribers = context.storage.subscribers
    statement = await context.storage.statements.unfinished(request.address)
    if answered != "yes":
        kept = await subscribers.kept(request.address)
        return _ask(t, request, statement) if kept else _nothing(t, request)
    known = await subscribers.find(request.address)
    try:
        kept = await subscribers.forget(request.address)
    except TimeoutError:
        return _not_done(t, request)
    if not kept:
        return _nothing(t, request)
    return _done(t, request, statement, subscribed=known is not None and known.active)


def _ask(t: Texts, request: Request, statement: Statement | None) -> Message:
    if request.private:
        head = t("Shall I erase all that I keep about you?")
        what = t(
            "That is the sealed address of this chat, your subscription and your settings."
            " No more releases will be sent here. This cannot be undone."
        )
    else:
        head = t("Shall I erase all that I keep about this chat?")
        what = t(
            "That is its sealed address, its subscription and its settings."
            " No more releases will be posted. This cannot be undone."
        )
    yes, no = Button(t("Erase everything"), "forget yes"), Button(t("Keep it"), "forget no")
    return Message(join([bold(head), what, _goes_too(t, statement)]), ((yes, no),))


def _goes_too(t: Texts, statement: Statement | None) -> str:
    """What becomes of a statement that this admin has not heard the last word about."""
    if statement is None:
        return ""
    if statement.announcement:
        return t("Your statement goes out all the same, but I cannot tell you how it goes.")
    return t("The draft of your statement is erased as well.")


def _nothing(t: Texts, request: Request) -> Message:
    said = RichText(t("There is nothing to erase: I keep nothing about this chat."))
    return Message(said, replaces=request.pressed)


def _done(t: Texts, request: Request, statement: Statement | None, *, subscribed: bool) -> Message:
    done = _erased(t, subscribed) if request.private else _erased_of_chat(t, subscribed)
    back = t("You are welcome back at any time: /start.")
    return Message(join([*done, _goes_too(t, statement), back]), replaces=request.pressed)


def _erased(t: Texts, subscribed: bool) -> tuple[RichText | str, ...]:
    return bold(t("Done: I have forgotten you.")), (
        t(
            "Erased for good: the sealed address of this chat, your subscription and all your"
            " settings, with every release that was still waiting to be sent."
        )
        if subscribed
        else t("Erased for good: the sealed address of this chat and all your settings.")
    )


def _erased_of_chat(t: Texts, subscribed: bool) -> tuple[RichText | str, ...]:
    return bold(t("Done: I have forgotten this chat.")), (
        t(
            "Erased for good: its sealed address, its subscription and all its settings, with"
            " every release that was still waiting to be sent."
        )
        if subscribed
        else t("Erased for good: its sealed address and all its settings.")
    )


def _not_done(t: Texts, request: Request) -> Message:
    """The rows are gone, but their bytes may still be in the database's log."""
    said = (
        t(
            "Your data is deleted, but I could not yet overwrite its last traces on the disk."
            " Please press the button once more in a minute."
        )
        if request.private
        else t(
            "The data of this chat is deleted, but I could not yet overwrite its last traces on"
            " the disk. Please press the button once more in a minute."
        )
    )
    again = Button(t("Erase everything"), "forget yes")
    return Message(RichText(said), ((again,),), replaces=request.pressed)
