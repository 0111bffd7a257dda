"""Says something to everybody who is subscribed: written, looked at, and sent with one press.

What is typed becomes a draft, and is shown. Only buttons go on from there: `broadcast send 7` and
`broadcast drop 7` name the draft, `broadcast cancel 9` what is on its way, `broadcast no` nothing.
"""

from __future__ import annotations

from datetime import timedelta

from bot import present
from bot.chat import Button, Context, Message, Request
from bot.commands._calling_off import called_off, ended, why_ended
from bot.commands._numbers import whole
from bot.i18n import Texts, texts
from bot.text.build import italic, join
from bot.text.characters import decodable
from bot.text.split import split, utf16
from storage.model import RichText, Statement

HELP = "Say something to all subscribers"
USAGE = "[text]"

LIFETIME = timedelta(hours=24)


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    audience = await context.storage.subscribers.counts()
    if request.pressed and request.words:
        return await _pressed(request, context, t, sum(audience.values()))
    if not sum(audience.values()):
        return Message(RichText(t("Nobody is subscribed yet, so there is nobody to tell.")))
    typed = RichText(decodable(request.rich.text), request.rich.spans)
    if not typed:
        return _ask(t, _question(t))
    # As it will be sent: a link that leads nowhere may be written out, and takes more room.
    said = present.statement(Statement(0, typed, LIFETIME), request.language).text
    if not split(said, present.MESSAGE, utf16):
        return _ask(t, t("I see no words in that."), _question(t))
    if (length := utf16(said.text)) > present.MESSAGE:
        return _ask(t, _too_long(length, t))
    author, language = request.address, request.language
    draft = await context.storage.statements.draft(author, typed, LIFETIME, language, context.now)
    return _preview(draft, said, audience, t)


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


def _ask(t: Texts, *said: str) -> Message:
    cancel = Button(t("Cancel"), "broadcast no")
    return Message(join(said, "\n\n"), ((cancel,),), asks="broadcast")


def _preview(draft: Statement, said: RichText, audience: dict[str, int], t: Texts) -> Message:
    people = sum(audience.values())
    by_platform = ", ".join(f"{name.title()} {count}" for name, count in audience.items())
    head = join(
        [
            t("This is how it will look."),
            t.plural(
                "It goes to {n} subscriber ({platforms}), and is given up for whoever cannot be"
                " reached within {hours} hours.",
                "It goes to {n} subscribers ({platforms}), and is given up for whoever cannot be"
                " reached within {hours} hours.",
                people, platforms=by_platform, hours=draft.lifetime // timedelta(hours=1),
            ),
        ],
        " ",
    )  # fmt: skip
    if utf16(head.text + said.text) + 2 > present.MESSAGE:
        long = t("It is sent as one message, even if you see it here in two.")
        head = join([head, long], " ")
    return Message(
        join([italic(head.text), said], "\n\n"),
        (
            (Button(t("Send it to {n}", n=people), f"broadcast send {draft.id}"),),
            (Button(t("Don’t send"), f"broadcast drop {draft.id}"),),
        ),
    )


async def _pressed(request: Request, context: Context, t: Texts, people: int) -> Message:
    what, _, number = request.words.partition(" ")
    chosen = whole(number) or 0
    if what == "send":
        return _replacing(await _send(chosen, request, context, t, people))
    if what == "drop":
        return _replacing(await _drop(chosen, request, context, t))
    if what == "cancel":
        return Message(RichText(await called_off(chosen, context, t)))
    return _replacing(t("Nothing is sent."))


async def _send(number: int, request: Request, context: Context, t: Texts, people: int) -> str:
    """Pressed twice, on two devices or after a crash, it is sent once all the same."""
    sent = await context.storage.statements.send(number, request.address, context.now)
    if sent is None:
        return _gone(t)
    announcement, first = sent
    if not first:
        return await _sent_before(announcement, context, t)
    return t.plural(
        "On its way to {n} subscriber. I will tell you here how it goes.",
        "On its way to {n} subscribers. I will tell you here how it goes.",
        people,
    )


async def _drop(number: int, request: Request, context: Context, t: Texts) -> str:
    statements = context.storage.statements
    if await statements.discard(number, request.address):
        return t("It is not sent, and the draft is gone.")
    known = await statements.find(number, request.address)
    if known is None or not known.announcement:
        return _gone(t)
    return await _sent_before(known.announcement, context, t)


async def _sent_before(announcement: int, context: Context, t: Texts) -> str:
    progress = await context.storage.outbox.progress(announcement)
    if progress is None or ended(progress):
        return why_ended(progress, t)
    return t("It is on its way already.")


def _gone(t: Texts) -> str:
    return t(
        "This draft is gone: it is kept for a day, until you write another one or decide against"
        " it. To begin anew, write /broadcast."
    )


def _replacing(said: str) -> Message:
    return Message(RichText(said), replaces=True)
