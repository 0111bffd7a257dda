"""Releases by names and words, five a page, the hits in bold; near names where nothing is found.

A page's button carries the query where it fits into 46 bytes; a longer one is read back from the
message that the button stands under, since queries are kept nowhere.
"""

from __future__ import annotations

from dataclasses import replace

from bot import present
from bot.chat import Button, Context, Message, Request, Rows
from bot.commands._query import Search, clean, fits, named, searched
from bot.i18n import Texts, texts
from bot.text.build import bold, code, join
from storage.model import Found, Order, RichText

HELP = "Find releases by names and words"
USAGE = "words"

PAGE = 5
FEW = 2  # so many hits need no other order
FOLLOWED = 2  # names to follow
YEARS, MOST_YEARS = 3, 60  # in a row, and where one is chosen
OFFERS = 2


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    search = searched(request)
    if not search.query:
        old_button = request.pressed and bool(request.words)
        return _what_for(t, private=request.private, old_button=old_button)
    if search.page == 0:
        return await _in_which_year(search, context, t)
    found, search = await _found(search, context)
    if not found.hits:
        of_year = await _of_year(search.query, found, context)
        return _nothing(search.query, found, of_year, t, private=request.private)
    pages = -(-found.total // PAGE)
    turns = [search.button("◀", page=search.page - 1)] if search.page > 1 else []
    turns += [search.button("▶", page=search.page + 1)] if search.page < pages else []
    years = await _years(search, found, context, t)
    follows = _follows(found, t) if request.may_manage else ()
    return present.listing(
        _head(search, found, pages, t),
        [present.Item(hit.release, snippet=hit.snippet) for hit in found.hits],
        request.language,
        first=(search.page - 1) * PAGE + 1,
        more=(tuple(turns), _orders(search, found, t), *years, *follows),
        replaces=request.pressed,
    )


async def _found(search: Search, context: Context) -> tuple[Found, Search]:
    """What is found, and where: on the last page if this one lies beyond it, in all years if the
    chosen one has nothing (any more).
    """
    find = context.storage.search.find
    query, order = search.query, search.order
    skip = (search.page - 1) * PAGE
    found = await find(query, PAGE, skip, order=order, year=search.year)
    last = -(-found.total // PAGE)
    if not found.hits and search.page > last > 0:
        search = replace(search, page=last)
        found = await find(query, PAGE, (last - 1) * PAGE, order=order, year=search.year)
    elif not found.hits and search.year is not None:
        return await _found(replace(search, page=1, year=None), context)
    return found, search


def _head(search: Search, found: Found, pages: int, t: Texts) -> RichText:
    """The query stands first in the message, in these marks: later pages find it there again."""
    counted = present.counted(
        found, t, page=search.page, pages=pages, year=search.year, order=search.order
    )
    asked = bold(t("“{query}”", query=search.query))
    return join([asked, counted, *present.understood(found, search.query, t)], "\n")


def _orders(search: Search, found: Found, t: Texts) -> tuple[Button, ...]:
    """The other orders, from their first page; the best where it is known which those are."""
    if found.total <= FEW:
        return ()
    alike = found.order is Order.NEW and search.order in (None, Order.BEST)
    labels = {
        Order.BEST: t("Best first"),
        Order.NEW: t("Newest first"),
        Order.OLD: t("Oldest first"),
    }
    return tuple(
        search.button(label, page=1, order=order)
        for order, label in labels.items()
        if order is not found.order and not (alike and order is Order.BEST)
    )


async def _years(search: Search, found: Found, context: Context, t: Texts) -> Rows:
    """Years that have hits; the chosen one leads back to all of them."""
    if found.total <= PAGE and search.year is None:
        return ()
    years = await context.storage.search.years(search.query)
    if len(years) < 2 and search.year is None:
        return ()
    shown = present.some_years(years, search.year, YEARS)
    row = [_year(search, year, count) for year, count in shown]
    if len(years) > len(shown):
        row.append(search.button(t("Years…"), page=0))
    return (tuple(row),)


def _year(search: Search, year: int, count: int) -> Button:
    if year == search.year:
        return search.button(f"✓ {year} ({count})", page=1, year=None)
    return search.button(f"{year} ({count})", page=1, year=year)


async def _in_which_year(search: Search, context: Context, t: Texts) -> Message:
    """All the years that have hits, as buttons, under the query that later pages read there."""
    years = await context.storage.search.years(search.query)
    buttons = [_year(search, year, count) for year, count in years[:MOST_YEARS]]
    back = search.button(t("All years"), page=1, year=None)
    rows = [tuple(buttons[at : at + YEARS]) for at in range(0, len(buttons), YEARS)]
    asked = bold(t("“{query}”", query=search.query))
    said = t("Of which year?") if buttons else t("No year has anything on it.")
    return Message(join([asked, said], "\n"), (*rows, (back,)), replaces=True)


def _follows(found: Found, t: Texts) -> Rows:
    """A button for each name that was found, by the last name alone where all does not fit; none
    for ordinary words that only may be names.
    """
    buttons: dict[str, Button] = {}  # two words can be the same person's
    for name in filter(lambda name: name.sure, found.names):
        for words in (clean(name.name), clean(name.asked), clean(name.name).rpartition(" ")[2]):
            if words and fits(f"follow {words}"):
                label = t("🔔 Follow {name}", name=words)
                buttons[words] = Button(label, f"follow {words}")
                break
    return tuple((button,) for button in buttons.values())[:FOLLOWED]


def _what_for(t: Texts, *, private: bool, old_button: bool) -> Message:
    if not private:  # there, plain words are not for us
        return Message(RichText(t("Write what to look for, for example: /search court")))
    latest = ((Button(t("Latest releases"), "latest"),),)
    if old_button:
        said = t("I no longer know what this button searched for. Please write the words again.")
        return Message(RichText(said), latest)
    said = t(
        "What are you looking for? Write a name, in any spelling, or a few words;"
        " I show the releases that have all of them."
    )
    return Message(join([said, _operators(t)], "\n\n"), latest)


def _operators(t: Texts) -> RichText:
    """The three most useful, a line each."""
    return join(
        [
            t("You can also write:"),
            join([code(t("“exact words”")), t("just like that")], " – "),
            join([code(t("-word")), t("without it")], " – "),
            join([code(t("year:2014")), t("of that year")], " – "),
        ],
        "\n",
    )


async def _of_year(query: str, found: Found, context: Context) -> tuple[Button, ...]:
    """A button to the same words in the year that stood among them, if that year has them."""
    apart = present.year_apart(query)
    if apart is None or found.missing is not None:
        return ()
    words, year = apart
    button = Search(words, year=year).button(f"{words}, {year}")
    if not button.command.endswith(words):  # the message has the year among the words
        return ()
    there = await context.storage.search.find(words, 1, year=year)
    return (button,) if there.hits else ()


def _nothing(
    query: str, found: Found, of_year: tuple[Button, ...], t: Texts, *, private: bool
) -> Message:
    """What was tried, and the nearest names: they are offered, and never taken for what was meant.

    The query stands in its marks, and not first: no button here leads to further pages.
    """
    if found.missing is not None:
        return Message(RichText(present.unclear(found.missing, t)), _ways(t, private=private))
    unread = present.unread(found, t)
    lines = [t("I found nothing for “{query}”.", query=query)]
    lines += [*present.understood(found, query, t), present.tried(found, query, t), unread]
    offers = [named(person, present.with_count(person)) for person in found.offers[:OFFERS]]
    rows = tuple((button,) for button in (*of_year, *offers) if button is not None)
    if rows:
        hint = t("Did you mean one of these?") if len(rows) > 1 else t("Did you mean:")
    elif private and not unread:
        hint = t("Fewer words or another spelling may help: a release must have all of them.")
    else:
        hint = ""
    said = join([line for line in lines if line], "\n")
    return Message(join([said, hint], "\n\n"), rows or _ways(t, private=private))


def _ways(t: Texts, *, private: bool) -> Rows:
    if not private:
        return ()
    return ((Button(t("Latest releases"), "latest"), Button(t("Help"), "help")),)
