"""Only the releases with a name or some words, or all but those; listed and ended here, too.

Typed: `follow Anna Petrova`, `follow -sport`. A button's `follow =words` makes a subscription to
everything one to that, `follow *` leaves it, `follow !mark` ends one thing; words that do not fit
into a button are read back from the first line of the message that it stands under. `follow +words`
is `follow =words` that leaves its message, with buttons for other words, as it is. `follow ~mark`
is the way back from `follow =words`: to everything, if nothing else is followed meanwhile.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.chat import Button, Context, Message, Request, Rows
from bot.commands import subscribe
from bot.commands._following import EXCLUSION, end, ends, shown, state, wanted
from bot.commands._query import Search, clean, fits, under
from bot.commands._ways import managers_only
from bot.i18n import Texts, texts
from bot.text.build import bold, join, plain
from storage import Following
from storage.following.shelf import LONGEST, MOST, Meaning, bare, has_operators, is_quoted, short
from storage.model import Follow

HELP = "Only the releases with a name or a word"
USAGE = "name or words"

ONLY, ALSO, KEEP, END, BACK = "=", "+", "*", "!", "~"
_MINUS = "-–—−"
_WITHOUT = re.compile(r"(?:(?i:without|без)|NOT|НЕ)\s+")
_AROUND = " «»'’"


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    if not request.may_manage:
        return managers_only(t)
    words = clean(request.words)
    if request.pressed and words[:1] in (ONLY, ALSO, KEEP, END, BACK):
        message = await _pressed(request, context, words, t)
        return replace(message, replaces=words[0] != ALSO)
    if not words:
        return await _listed(request, context, t)
    return await _followed(request, context, words, t)


async def _pressed(request: Request, context: Context, words: str, t: Texts) -> Message:
    sign, rest = words[0], words[1:].strip()
    if sign == END:
        return await _listed(request, context, t, await end(request, context, rest, t))
    if sign == BACK:
        wishes = wanted(await context.storage.follows.of(request.address))
        if [short(follow) for follow in wishes] == [rest]:
            return await subscribe.answer(request, context)
        return await _listed(request, context, t, await end(request, context, rest, t))
    if sign == KEEP:
        return Message(plain(t("All right: every new release will go on arriving here.")))
    rest = rest or under(request.under)
    if not rest:
        return await _listed(request, context, t)
    return await _followed(request, context, rest, t, narrow=True)


async def _listed(request: Request, context: Context, t: Texts, done: str = "") -> Message:
    active = await _is_active(request, context)
    follows = await context.storage.follows.of(request.address)
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
    if has_operators(value):
        return Message(plain(_only_words(t)))
    storage = context.storage
    follow = await storage.follows.meant(value)
    if follow is None:
        return await _listed(request, context, t, t("I can follow only names and words."))
    if excluded:
        follow = Follow(EXCLUSION, follow.value)
    outcome = await storage.follows.add(request.address, follow, narrow=narrow)
    if outcome is Following.EVERYTHING:
        return _everything(follow, t)
    if outcome not in (Following.NEW, Following.NARROWED):
        return await _listed(request, context, t, _refused(outcome, follow, t))
    # The first push shall speak the language of this answer.
    await storage.subscribers.choose(request.address, language=request.language)
    sign = BACK if outcome is Following.NARROWED else END
    undo = Button(t("Undo"), f"follow {sign}{short(follow)}")
    if excluded:
        return _left_out(follow, undo, await _is_active(request, context), t)
    return await _new(follow, undo, context, t)


def _refused(outcome: Following, follow: Follow, t: Texts) -> str:
    """Why nothing has changed."""
    what, excluded = bare(follow.value), follow.kind == EXCLUSION
    if outcome is Following.FULL:
        return t("{n} is the most that can be followed here. Please end one first.", n=MOST)
    if outcome is Following.OPPOSITE:
        if excluded:
            return t("“{what}” is followed here. Please end that first.", what=what)
        return t("Releases with “{what}” are left out here. Please end that first.", what=what)
    if excluded:
        return t("Releases with “{what}” are left out here already.", what=what)
    return t("“{what}” is followed here already: nothing has changed.", what=what)


async def _is_active(request: Request, context: Context) -> bool:
    known = await context.storage.subscribers.find(request.address)
    return known is not None and known.active


def _only_words(t: Texts) -> str:
    return t(
        "I can follow a name, words that are all to be there, or words in quotes that stand side by"
        " side; to leave something out, write it on its own: /follow -sport"
    )


def _wish(words: str) -> tuple[bool, str]:
    """Whether it is not wanted, and what."""
    text = words.strip(_AROUND)
    excluded = False
    if sign := _WITHOUT.match(text):
        text, excluded = text[sign.end() :], True
    if text[:1] in (*_MINUS,):
        text, excluded = text.lstrip(_MINUS), True
    return excluded, text.strip(_AROUND)


def _everything(follow: Follow, t: Texts) -> Message:
    command = f"follow {ONLY}{follow.value}"
    # What is followed stands first: a button that it does not fit into finds it there.
    what = bare(follow.value) if fits(command) else follow.value
    first = t("“{what}”: every new release arrives here already.", what=what)
    then = t("Shall only those arrive from now on that have this, or something else followed here?")
    only = Button(t("Only what is followed"), command if fits(command) else f"follow {ONLY}")
    return Message(
        join([bold(first), then]), ((only,), (Button(t("Keep everything"), f"follow {KEEP}"),))
    )


def _left_out(follow: Follow, undo: Button, active: bool, t: Texts) -> Message:
    first = t("Releases with “{what}” will not arrive here.", what=bare(follow.value))
    then = t("At the moment none do: there is no subscription.") if not active else ""
    subscribe = () if active else (Button(t("🔔 Subscribe"), "subscribe"),)
    return Message(join([bold(first), then]), ((*subscribe, undo), (_settings(t),)))


async def _new(follow: Follow, undo: Button, context: Context, t: Texts) -> Message:
    meaning = await context.storage.follows.meaning(follow)
    n, more = await context.storage.follows.past(follow)
    if more:
        past = t("More than {n} releases up to now have it.", n=n)
    elif n:
        past = t.plural("{n} release up to now has it.", "{n} releases up to now have it.", n)
    else:
        past = t("No release up to now has it.")
    others = t(
        "Other releases arrive only for what else is followed here (/follow); /subscribe brings"
        " all. The campaign’s statements come in any case."
    )
    show = (Search(follow.value).button(t("Show them")),) if n else ()
    # A search that no button can carry is read back from here, with its quotes.
    what = bare(follow.value) if not n or fits(f"search 1 {follow.value}") else follow.value
    first = t("“{what}” is followed here from now on.", what=what)
    then = _coming(follow, meaning, t)
    return Message(join([bold(first), then, past, others]), ((*show, undo), (_settings(t),)))


def _coming(follow: Follow, meaning: Meaning, t: Texts) -> str:
    """Which releases will arrive."""
    if meaning.named and meaning.worded:
        return t(
            "Each new release that has this word in any form, or somebody of this name, will arrive"
            " here at once."
        )
    if meaning.named:
        return t(
            "Each new release that mentions this name, in any spelling, will arrive here at once."
        )
    if is_quoted(follow.value):
        return t(
            "Each new release that has the words in quotes side by side, in any form, will arrive"
            " here at once."
        )
    if len(follow.value.split()) > 1:
        return t(
            "Each new release that has all these words, in any form and order, will arrive here at"
            " once."
        )
    return t("Each new release that has this word, in any form, will arrive here at once.")


def _settings(t: Texts) -> Button:
    return Button(t("⚙️ Settings"), "settings")
