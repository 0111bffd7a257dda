"""What is on its way, how far it is, and the word to give it up.

`outbox` shows it; `outbox cancel 9` asks and `outbox cancel 9 yes` does it; `outbox vouch 9` says
that those who refuse it are really gone. The numbers are those of announcements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.chat import Button, Context, Message, Request, Rows
from bot.commands._calling_off import called_off, ended, have_it, why_ended
from bot.commands._numbers import whole
from bot.commands._queue import resting, waiting
from bot.i18n import Texts, texts
from bot.text.build import bold, join, plain, shorten
from storage.model import Progress, RichText

HELP = "What is on its way, and how far it is"

TITLE = 100
BUTTONS_A_ROW = 4


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    what, _, rest = request.words.partition(" ")
    number, _, word = rest.strip().partition(" ")
    chosen = whole(number) or 0
    if what == "cancel":
        message = await _cancel(chosen, word.strip().lower() == "yes", context, t)
    elif what == "vouch":
        message = await _vouch(chosen, context, t)
    else:
        message = await _overview(context, t)
    return replace(message, replaces=request.pressed and bool(request.words))


async def _overview(context: Context, t: Texts) -> Message:
    running = [p for p in await context.storage.outbox.running() if not ended(p)]
    lanes = await waiting(t, context)
    if not running and not lanes:
        return Message(RichText(t("Nothing is on its way at the moment: all is done.")))
    entries = [await _entry(progress, context, t) for progress in running]
    rests = await resting(t, context)
    said = [bold(t("Outbox")), join(rests), join(lanes), *entries]
    return Message(join(said, "\n\n"), _buttons(running, bool(rests), t))


def _buttons(running: Sequence[Progress], rests: bool, t: Texts) -> Rows:
    """To cancel each; while the push rests also to say that those who refuse one are gone."""
    vouch = [
        (Button(t("№ {number}: they are really gone", number=p.announcement),
                f"outbox vouch {p.announcement}"),)
        for p in running if rests
    ]  # fmt: skip
    buttons = [
        Button(t("Cancel № {number}", number=p.announcement), f"outbox cancel {p.announcement}")
        for p in running
    ]
    rows = [tuple(buttons[at : at + BUTTONS_A_ROW]) for at in range(0, len(buttons), BUTTONS_A_ROW)]
    return (*vouch, *rows)


async def _entry(progress: Progress, context: Context, t: Texts) -> RichText:
    """By the number that it keeps, whatever comes and goes around it."""
    title = await _title(progress, context, t)
    number = plain(f"№ {progress.announcement}")
    counts = t(
        "sent {sent}, failed {failed}, left {left}",
        sent=progress.sent, failed=progress.failed, left=progress.left,
    )  # fmt: skip
    if not progress.whole:
        counts = t("it is being written down who gets it")
    return join([join([number, bold(title)], " "), counts])


async def _title(progress: Progress, context: Context, t: Texts) -> str:
    """A release's title, or the first words of a statement; "" for what has none."""
    announcement = progress.announcement
    release = await context.storage.releases.of(announcement)
    statement = None if release else await context.storage.statements.of(announcement)
    said = release.title if release else statement.text.text if statement else ""
    title = shorten(plain(" ".join(said.split())), TITLE).text
    return t("Correction: {title}", title=title) if progress.corrects else title


async def _cancel(announcement: int, yes: bool, context: Context, t: Texts) -> Message:
    if yes:
        return Message(RichText(await called_off(announcement, context, t)))
    progress = await context.storage.outbox.progress(announcement)
    if progress is None or ended(progress):
        return Message(RichText(why_ended(progress, t)))
    title = await _title(progress, context, t) or f"№ {announcement}"
    asked = t("Shall I cancel “{title}”?", title=title) + " " + have_it(progress, t)
    cancel = Button(t("Cancel it"), f"outbox cancel {announcement} yes")
    keep = Button(t("Let it go on"), "outbox show")
    return Message(RichText(asked), ((cancel, keep),))


async def _vouch(announcement: int, context: Context, t: Texts) -> Message:
    progress = await context.storage.outbox.progress(announcement)
    if progress is None or ended(progress):
        return Message(RichText(why_ended(progress, t)))
    await context.storage.outbox.vouch(announcement)
    return Message(
        RichText(t("I go on with it within half a minute, and take its refusals for true."))
    )
