"""Says something to everybody who is subscribed: written, looked at, and sent with one press.

What is typed becomes a draft, and is shown. Only buttons go on from there: `broadcast send 7` and
`broadcast drop 7` name the draft, `broadcast cancel 9` what is on its way, `broadcast no` nothing.

Apps part what is too long for one message and send the parts in one go. So after a long text
`rest 4090 1732536005000` is noted: how long it was, and until when (ms) what comes is its rest.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from bot import present
from bot.chat import Button, Context, Message, Request
from bot.commands._calling_off import called_off, ended, why_ended
from bot.commands._numbers import whole
from bot.commands.admin._preview import Sight, preview
from bot.i18n import Texts, texts
from bot.text.build import join
from bot.text.characters import decodable
from bot.text.split import split, utf16
from storage.model import RichText, Statement

HELP = "Say something to all subscribers"
USAGE = "[text]"

NAME = "broadcast"
LIFETIME = timedelta(hours=24)

# Apps part a text near the most there is, or wherever that looks best behind half of it (tdesktop,
# text_entity.cpp, CutPart).
LONG = present.MESSAGE // 2
REST = timedelta(seconds=5)

_REST = re.compile(rf"{NAME} rest ([0-9]+) ([0-9]+)")


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    audience = await context.storage.subscribers.counts()
    if request.pressed and request.words:
        return await _pressed(request, context, t, sum(audience.values()))
    if not sum(audience.values()):
        return Message(RichText(t("Nobody is subscribed yet, so there is nobody to tell.")))
    if request.wordless:
        return _ask(t, t("I can send words only, no pictures yet; please write it as text."))
    typed = RichText(decodable(request.rich.text), request.rich.spans)
    if not typed:
        return _ask(t, _question(t))
    # As it will be sent: a link that leads nowhere may be written out, and takes more room.
    said = present.statement(Statement(0, typed, LIFETIME), request.language).text
    length = utf16(said.text)
    if before := _goes_before(request, context.now):
        await _give_up_draft(request, context)
        goes_on = _noted(before + length, context.now) if length > LONG else NAME
        return _ask(t, _too_long(before + length, t), asks=goes_on)
    if not split(said, present.MESSAGE, utf16):
        return _ask(t, t("I see no words in that."), _question(t))
    if length > present.MESSAGE:
        return _ask(t, _too_long(length, t))
    author, language = request.address, request.language
    draft = await context.storage.statements.draft(author, typed, LIFETIME, language, context.now)
    return _shown(Sight(draft, said, audience, _in_all(request)), context.now, t)


def _shown(sight: Sight, now: datetime, t: Texts) -> Message:
    """The preview; where there may be a rest, that is awaited for a moment."""
    message = preview(sight, t)
    if sight.typed <= LONG:
        return message
    noted = _noted(utf16(sight.said.text), now)
    return replace(message, asks=noted, asks_seconds=REST.total_seconds())


def _in_all(request: Request) -> int:
    """How long the message is that was typed, the command before it counted in (UTF-16 units)."""
    return utf16(request.rich.text) + (0 if request.asked else len(f"/{NAME} "))


def _noted(length: int, now: datetime) -> str:
    return f"{NAME} rest {length} {_ms(now + REST)}"


def _goes_before(request: Request, now: datetime) -> int:
    """How long that is whose rest this is; 0 where it is none."""
    noted = _REST.fullmatch(request.asked)
    return int(noted[1]) if noted and _ms(now) <= int(noted[2]) else 0


def _ms(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


async def _give_up_draft(request: Request, context: Context) -> None:
    """What was shown is a part only."""
    statements = context.storage.statements
    draft = await statements.unfinished(request.address)
    if draft is not None and not draft.announcement:
        await statements.discard(draft.id, request.address)


def _question(t: Texts) -> str:
    return t(
        "What shall I say to everybody? Write it in one message; lines and formatting stay as"
        " they are. I show it to you before anything is sent."
    )


def _too_long(length: int, t: Texts) -> str:
    return t(
        "That is too long for one message: {length} characters, and {most} is the most (an emoji"
        " counts as two). Please write a shorter one.",
        length=length, most=present.MESSAGE,
    )  # fmt: skip


def _ask(t: Texts, *said: str, asks: str = NAME) -> Message:
    cancel = Button(t("Cancel"), "broadcast no")
    return Message(join(said, "\n\n"), ((cancel,),), asks=asks)


async def _pressed(request: Request, context: Context, t: Texts, people: int) -> Message:
    what, _, number = request.words.partition(" ")
    chosen = whole(number) or 0
    if what == "send":
        return _replacing(await _send(chosen, request, context, t, people))
    if what == "drop":
        return _replacing(await _drop(chosen, request, context, t))
    if what == "cancel":
        return Message(RichText(await called_off(chosen, context, t)))
    return _replacing(await _not_now(request, context, t))


async def _send(number: int, request: Request, context: Context, t: Texts, people: int) -> str:
    """Pressed twice, on two devices or after a crash, it is sent once all the same."""
    sent = await context.storage.statements.send(number, request.address, context.now)
    if sent is None or not sent[1]:
        return await _became(number, request, context, t)
    return t.plural(
        "On its way to {n} subscriber. I will tell you here how it goes.",
        "On its way to {n} subscribers. I will tell you here how it goes.",
        people,
    )


async def _drop(number: int, request: Request, context: Context, t: Texts) -> str:
    if await context.storage.statements.discard(number, request.address):
        return t("It is not sent, and the draft is gone.")
    return await _became(number, request, context, t)


async def _not_now(request: Request, context: Context, t: Texts) -> str:
    """The question is passed over; but it may have been answered before."""
    mine = await context.storage.statements.unfinished(request.address)
    if mine is not None and mine.announcement:
        return await _became(mine.id, request, context, t)
    if mine is not None:
        return t("Nothing is sent yet. Your draft waits: the buttons under it send it or drop it.")
    if request.asked.partition(" ")[0] == NAME:
        return t("Nothing is sent.")
    return t("This question is closed already, and nothing more comes of it.")


async def _became(number: int, request: Request, context: Context, t: Texts) -> str:
    """What there is to say of a draft that cannot be sent or dropped any more."""
    announcement = await context.storage.statements.announced(number)
    if not announcement:
        return _gone(t)
    progress = await context.storage.outbox.progress(announcement)
    if progress is None or ended(progress):
        return why_ended(progress, t)
    if await context.storage.statements.find(number, request.address) is None:
        return t("It is on its way already.")
    return t("It is on its way already. I will tell you here how it goes.")


def _gone(t: Texts) -> str:
    return t(
        "This draft is gone: it is kept for a day, until you write another one or decide against"
        " it. To begin anew, write /broadcast."
    )


def _replacing(said: str) -> Message:
    return Message(RichText(said), replaces=True)
