"""Every new release, at once, from now on; may be asked for as often as one likes.

Whoever followed only some gets all from now on; what is left out, and languages, stay.
"""

from __future__ import annotations

from bot.chat import Button, Context, Message, Request, Rows
from bot.commands._following import back, listed, unwanted
from bot.commands._query import fits
from bot.commands._ways import managers_only
from bot.i18n import Texts, texts
from bot.text.build import bold, join
from storage import Joined
from storage.model import Follow

HELP = "Get every new release as soon as it is out"


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    if not request.may_manage:
        return managers_only(t)
    # Kept first, so that the first push already speaks the language of this answer.
    await context.storage.subscribers.choose(request.address, language=request.language)
    joined = await context.storage.subscribers.subscribe(request.address)
    dropped = await context.storage.follows.everything(request.address)
    left_out = unwanted(await context.storage.follows.of(request.address))
    first, then, leave = _said(t, joined is Joined.NEW, request.private)
    without = t("Except what has: {excluded}.", excluded=listed(left_out)) if left_out else ""
    lines = [then, without]
    if dropped:
        first = t("From now on every new release arrives here.")
        lines = [without, t("Until now it was only: {followed}.", followed=listed(dropped))]
    return Message(
        join([bold(first), *lines, leave], "\n"),
        (
            *_undo(dropped, t),
            (Button(t("Unsubscribe"), "unsubscribe"), Button(t("⚙️ Settings"), "settings")),
        ),
    )


def _said(t: Texts, new: bool, private: bool) -> tuple[str, str, str]:
    if private:
        first = t("You are subscribed.") if new else t("You are subscribed already.")
        then = t(
            "Each new release will arrive here at once, and so will the campaign’s statements."
        )
        leave = t("One tap on the button, or /unsubscribe, ends it at any time.")
    else:
        first = t("This chat is subscribed.") if new else t("This chat is subscribed already.")
        then = t("Each new release will be posted at once, and so will the campaign’s statements.")
        leave = t("An admin can end it at any time, with one tap on the button or /unsubscribe.")
    return first, then, leave


def _undo(dropped: list[Follow], t: Texts) -> Rows:
    """The way back to what was followed: in one tap where it was one thing."""
    if len(dropped) != 1:
        return back(dropped, "follow +", t)
    command = f"follow ={dropped[0].value}"
    return ((Button(t("Undo"), command),),) if fits(command) else ()
