"""Releases that have all the words asked for, five a page, the words in bold.

A page's button carries the query where it fits into 46 bytes; a longer one is read back from the
message that the button stands under, since queries are kept nowhere.
"""

from __future__ import annotations

import re

from bot import present
from bot.chat import Button, Context, Message, Request, Rows
from bot.commands._numbers import whole
from bot.i18n import Texts, texts
from bot.text.build import bold, join, plain, shorten
from storage.model import RichText

HELP = "Find releases by their words"
USAGE = "words"

PAGE = 5
LONGEST = 200
COMMAND_BYTES = 46  # bot.chat, Button


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    query, page = _asked(request)
    if not query:
        old_button = request.pressed and bool(request.words)
        return _what_for(t, private=request.private, old_button=old_button)
    found = await context.storage.search.find(query, PAGE, (page - 1) * PAGE)
    pages = -(-found.total // PAGE)
    if page > pages > 0:
        page = pages
        found = await context.storage.search.find(query, PAGE, (page - 1) * PAGE)
    if not found.hits:
        return _nothing(query, t, private=request.private)
    # The query stands first in the message, in these marks: `_under` finds it there again.
    count = t.plural("{n} release found", "{n} releases found", found.total)
    where = t("page {page} of {pages}", page=page, pages=pages) if pages > 1 else ""
    return present.listing(
        join([bold(t("“{query}”", query=query)), join([count, where], ", ")], "\n"),
        [present.Item(hit.release, snippet=hit.snippet) for hit in found.hits],
        request.language,
        first=(page - 1) * PAGE + 1,
        more=_turns(query, page, pages),
        replaces=request.pressed,
    )


def _asked(request: Request) -> tuple[str, int]:
    """The query and the page of it: a button's words begin with the page, typed ones never do."""
    if not request.pressed:
        return _clean(request.words), 1
    first, _, query = request.words.strip().partition(" ")
    page = whole(first)
    if page is None:
        return _clean(request.words), 1
    return _clean(query or _under(request.under)), max(1, page)


def _under(text: str) -> str:
    head = text.split("\n", 1)[0]
    found = re.match(r"[“«](.*)[”»]", head)
    return found[1] if found else ""


def _clean(words: str) -> str:
    """The words on one line, without what cannot be seen, cut to a length that can be shown."""
    seen = "".join(c if c.isprintable() else " " for c in words)
    line = " ".join(seen.split())
    return line if len(line) <= LONGEST else shorten(plain(line), LONGEST).text.rstrip("…")


def _turns(query: str, page: int, pages: int) -> Rows:
    fits = len(f"search {pages} {query}".encode()) <= COMMAND_BYTES
    turns = present.arrows("search {page}", page, pages)
    if fits:
        turns = [Button(turn.label, f"{turn.command} {query}") for turn in turns]
    return (tuple(turns),)


def _what_for(t: Texts, *, private: bool, old_button: bool) -> Message:
    if not private:  # there, plain words are not for us
        return Message(RichText(t("Write what to look for, for example: /search court")))
    if old_button:
        said = t("I no longer know what this button searched for. Please write the words again.")
    else:
        said = t(
            "What are you looking for? Write a word or a few, for example a name;"
            " I show the releases that have all of them."
        )
    return Message(RichText(said), ((Button(t("Latest releases"), "latest"),),))


def _nothing(query: str, t: Texts, *, private: bool) -> Message:
    said = t("I found nothing for “{query}”.", query=query)
    if not private:
        return Message(RichText(said))
    hint = t("Fewer words or another spelling may help: a release must have all of them.")
    buttons = (Button(t("Latest releases"), "latest"), Button(t("Help"), "help"))
    return Message(join([said, hint], "\n\n"), (buttons,))
