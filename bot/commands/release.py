"""One release: `release 12` shows how it begins, `release 12 1` its whole text page by page.

Page 0 is the beginning again. Pages stand in place of the message that the button was under.
"""

from __future__ import annotations

from dataclasses import replace

from bot import present
from bot.chat import Context, Message, Request
from bot.commands._numbers import whole
from bot.commands._ways import ways_on
from bot.i18n import Texts, texts
from storage.model import RichText

HELP = "One release by its number"
USAGE = "number"


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    asked, *rest = request.words.split()[:2] or [""]
    number = whole(asked.lstrip("rR#№"))
    if number is None:
        return _which(t, private=request.private)
    release = await context.storage.releases.get(number)
    if release is None:
        return _none(t, private=request.private)
    page = whole(rest[0]) if rest else None
    if release.withdrawn:
        message = present.withdrawn(release, request.language)
    elif page:
        message = present.page(release, page, request.language)
    else:
        message = present.announcement(release, request.language)
    return replace(message, replaces=request.pressed and page is not None)


def _which(t: Texts, *, private: bool) -> Message:
    if not private:
        return Message(RichText(t("Write the number of the release, for example: /release 12")))
    said = t("Which release? Write its number, for example /release 12, or choose here.")
    return Message(RichText(said), ways_on(t))


def _none(t: Texts, *, private: bool) -> Message:
    if not private:
        return Message(RichText(t("There is no release with this number.")))
    said = t("There is no release with this number. Here is how to find others.")
    return Message(RichText(said), ways_on(t))
