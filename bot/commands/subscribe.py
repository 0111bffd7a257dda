"""Every new release, at once, from now on; may be asked for as often as one likes.

Whoever followed only some gets all from now on; what is left out, and languages, stay.
"""

from __future__ import annotations

from bot.chat import Button, Context, Message, Request
from bot.commands._ways import managers_only
from bot.i18n import texts
from bot.text.build import bold, join
from storage import Joined

HELP = "Get every new release as soon as it is out"


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    if not request.may_manage:
        return managers_only(t)
    # Kept first, so that the first push already speaks the language of this answer.
    await context.storage.subscribers.choose(request.address, language=request.language)
    joined = await context.storage.subscribers.subscribe(request.address)
    dropped = await context.storage.follows.everything(request.address)
    new = joined is Joined.NEW
    if request.private:
        first = t("You are subscribed.") if new else t("You are subscribed already.")
        then = t(
            "Each new release will arrive here at once, and so will the campaign’s statements."
        )
        leave = t("One tap on the button, or /unsubscribe, ends it at any time.")
    else:
        first = t("This chat is subscribed.") if new else t("This chat is subscribed already.")
        then = t("Each new release will be posted at once, and so will the campaign’s statements.")
        leave = t("An admin can end it at any time, with one tap on the button or /unsubscribe.")
    no_longer = (
        t("Until now it was only: {followed}.", followed="; ".join(f.value for f in dropped))
        if dropped
        else ""
    )
    return Message(
        join([bold(first), then, no_longer, leave], "\n"),
        ((Button(t("Unsubscribe"), "unsubscribe"), Button(t("⚙️ Settings"), "settings")),),
    )
