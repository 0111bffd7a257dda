"""Only the releases with a name or some words, or all but those; listed and ended here, too.

Typed: `follow Anna Petrova`, `follow -sport`. A button's `follow =words` makes a subscription to
everything one to that, `follow *` leaves it, `follow !mark` ends one thing; words that do not fit
into a button are read back from the first line of the message that it stands under.
"""

from __future__ import annotations

from dataclasses import replace

from bot.chat import Button, Context, Message, Request, Rows
from bot.commands._following import EXCLUSION, end, ends, shown, state
from bot.commands._query import Search, clean, fits, under
from bot.commands._ways import managers_only
from bot.i18n import Texts, texts
from bot.text.build import bold, join, plain
from storage import Following
from storage.follows import LONGEST, MOST, short
from storage.model import Follow

HELP = "Only the releases with a name or a word"
USAGE = "name or words"

ONLY, KEEP, END = "=", "*", "!"
_MINUS = "-–—−"
_WITHOUT = ("without ", "без ")
_AROUND = " \"“”«»„'’"


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    if not request.may_manage:
        return managers_only(t)
    words = clean(request.words)
    if request.pressed and words[:1] in (ONLY, KEEP, END):
        return replace(await _pressed(request, context, words, t), replaces=True)
    if not words:
        return await _listed(request, context, t)
    return await _followed(request, context, words, t)


async def _pressed(request: Request, context: Context, words: str, t: Texts) -> Message:
    sign, rest = words[0], words[1:].strip()
    if sign == END:
        return await _listed(request, context, t, await end(request, context, rest, t))
    if sign == KEEP:
        return Message(plain(t("All right: every new release will go on arriving here.")))
    rest = rest or under(request.under)
    if not rest:
        return await _listed(request, context, t)
    return await _followed(request, context, rest, t, narrow=True)


async def _listed(request: Request, context: Context, t: Texts, done: str = "") -> Message:
    known = await context.storage.subscribers.find(request.address)
    follows = await context.storage.follows.of(request.address)
    active = known is not None and known.active
    head = bold(t("What you follow") if request.private else t("What this chat follows"))
    lines = [f"• {shown(follow, t)}" for follow in follows] or [t("Nothing yet.")]
    how = t(
        "To follow somebody or something, write for example /follow Anna Petrova or"
        " /follow court; to get nothing about something, /follow -sport"
    )
    rest: Rows = () if active else ((Button(t("🔔 Subscribe"), "subscribe"),),)
    first = state(active, follows, t)[0] if not follows or not active else ""
    said = join([done, join([head, *lines]), first, how], "\n\n")
    return Message(said, (*ends(follows, f"follow {END}", t), *rest))


async def _followed(
    request: Request, context: Context, words: str, t: Texts, *, narrow: bool = False
) -> Message:
    excluded, value = _wish(words)
    if len(value) > LONGEST:
        return Message(
            plain(
                t(
                    "That is too long to follow. Please write a name or a few words, at most"
                    " {n} characters.", n=LONGEST,
                )
            )
        )  # fmt: skip
    storage = context.storage
    follow = await storage.follows.meant(value)
    if follow is None:
        return await _listed(request, context, t, t("I can follow only names and words."))
    if excluded:
        follow = Follow(EXCLUSION, value)
    known = await storage.subscribers.find(request.address)
    was = known is not None and known.active
    outcome = await storage.follows.add(request.address, follow, narrow=narrow)
    if outcome is Following.EVERYTHING:
        return _everything(follow, t)
    if outcome is Following.FULL:
        said = t("{n} is the most that can be followed here. Please end one first.", n=MOST)
        return await _listed(request, context, t, said)
    if outcome is Following.ALREADY:
        said = t("“{what}” is followed here already: nothing has changed.", what=value)
        if excluded:
            said = t("Releases with “{what}” are left out here already.", what=value)
        return await _listed(request, context, t, said)
    # The first push shall speak the language of this answer.
    await storage.subscribers.choose(request.address, language=request.language)
    undo = Button(t("Undo"), "subscribe" if narrow else f"follow {END}{short(follow)}")
    if excluded:
        return _left_out(follow, undo, was, t)
    return await _new(follow, undo, context, t)


def _wish(words: str) -> tuple[bool, str]:
    """Whether it is not wanted, and what."""
    text = words.strip(_AROUND)
    excluded = False
    for sign in _WITHOUT:
        if text.lower().startswith(sign):
            text, excluded = text[len(sign) :], True
            break
    if text[:1] in (*_MINUS,):
        text, excluded = text.lstrip(_MINUS), True
    return excluded, text.strip(_AROUND)


def _everything(follow: Follow, t: Texts) -> Message:
    # What is followed stands first: a button that it does not fit into finds it there.
    first = t("“{what}”: every new release arrives here already.", what=follow.value)
    then = t("Shall only those arrive from now on that have this, or something else followed here?")
    command = f"follow {ONLY}{follow.value}"
    only = Button(t("Only what is followed"), command if fits(command) else f"follow {ONLY}")
    return Message(
        join([bold(first), then]), ((only,), (Button(t("Keep everything"), f"follow {KEEP}"),))
    )


def _left_out(follow: Follow, undo: Button, active: bool, t: Texts) -> Message:
    first = t("Releases with “{what}” will not arrive here.", what=follow.value)
    then = t("At the moment none do: there is no subscription.") if not active else ""
    subscribe = () if active else (Button(t("🔔 Subscribe"), "subscribe"),)
    return Message(join([bold(first), then]), ((*subscribe, undo), (_settings(t),)))


async def _new(follow: Follow, undo: Button, context: Context, t: Texts) -> Message:
    found = await context.storage.search.find(follow.value, 1)
    n = found.total
    name = follow.kind == "name"
    then = (
        t("Each new release that mentions this name, in any spelling, will arrive here at once.")
        if name
        else t("Each new release that has this, in any form, will arrive here at once.")
    )
    past = (
        t.plural("{n} release up to now has it.", "{n} releases up to now have it.", n)
        if n
        else t("No release up to now has it.")
    )
    others = t(
        "Other releases arrive only for what else is followed here (/follow); /subscribe brings"
        " all. The campaign’s statements come in any case."
    )
    show = (Search(follow.value).button(t("Show them")),) if n else ()
    first = t("“{what}” is followed here from now on.", what=follow.value)
    return Message(join([bold(first), then, past, others]), ((*show, undo), (_settings(t),)))


def _settings(t: Texts) -> Button:
    return Button(t("⚙️ Settings"), "settings")
