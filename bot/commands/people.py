"""Who is in the archive most: `people`, `people 2014`; a button's `people 2 2014` is page two."""

from __future__ import annotations

from bot import present
from bot.chat import Button, Context, Message, Request, Rows
from bot.commands._numbers import whole
from bot.commands._query import named
from bot.i18n import Texts, texts
from bot.text.build import bold, join
from storage.model import RichText

HELP = "Who the releases speak of most"
USAGE = "[year]"

PAGE = 10
YEARS, MOST_YEARS = 3, 60  # in a row, and where one is chosen
FIRST_YEAR, LAST_YEAR = 1000, 9998


async def answer(request: Request, context: Context) -> Message:
    t = texts(request.language)
    page, year, odd = _asked(request)
    counted = await context.storage.releases.years()
    if page == 0:
        return _in_which_year(counted, year, t)
    people = context.storage.search.people
    total, found = await people(year, PAGE, (page - 1) * PAGE, t.language)
    pages = -(-total // PAGE)
    if page > pages > 0:
        page = pages
        total, found = await people(year, PAGE, (page - 1) * PAGE, t.language)
    if not found:
        return _nobody(counted, year, t)
    head = bold(t("Most named in {year}", year=year) if year else t("Most named in the releases"))
    where = t("page {page} of {pages}", page=page, pages=pages) if pages > 1 else ""
    count = t.plural("{n} person", "{n} people", total)
    hint = t("Press a name to see the releases that have it.")
    remark = t("To see one year, write for example /people 2014.") if odd else ""
    buttons = [named(person, present.with_count(person), year=year) for person in found]
    rows = tuple((button,) for button in buttons if button is not None)
    suffix = f" {year}" if year else ""
    turns = tuple(present.arrows(f"people {{page}}{suffix}", page, pages))
    return Message(
        join([head, join([count, where], ", "), hint, remark], "\n"),
        tuple(row for row in (*rows, turns, _years(counted, year, t)) if row),
        replaces=request.pressed and bool(request.words.strip()),
    )


def _asked(request: Request) -> tuple[int, int | None, bool]:
    """The page, the year, and whether what was typed is neither."""
    first, second = [*request.words.split()[:2], "", ""][:2]
    if not request.pressed:
        year = _year_of(first)
        return 1, year, bool(first) and year is None
    page = whole(first)
    return max(0, page) if page is not None else 1, _year_of(second), False


def _year_of(word: str) -> int | None:
    year = whole(word)
    return year if year is not None and FIRST_YEAR <= year <= LAST_YEAR else None


def _years(counted: list[tuple[int, int]], year: int | None, t: Texts) -> tuple[Button, ...]:
    """Years around the chosen one, which leads back to all of them."""
    if len(counted) < 2 and year is None:
        return ()
    shown = present.some_years(counted, year, YEARS)
    row = [_year(one, year) for one, _ in shown]
    if len(counted) > len(shown):
        row.append(Button(t("Years…"), f"people 0 {year}" if year else "people 0"))
    return tuple(row)


def _year(one: int, chosen: int | None) -> Button:
    return Button(f"✓ {one}", "people 1") if one == chosen else Button(str(one), f"people 1 {one}")


def _in_which_year(counted: list[tuple[int, int]], year: int | None, t: Texts) -> Message:
    buttons = [_year(one, year) for one, _ in counted[:MOST_YEARS]]
    rows: Rows = tuple(tuple(buttons[at : at + YEARS]) for at in range(0, len(buttons), YEARS))
    all_years = (Button(t("All years"), "people 1"),)
    return Message(RichText(t("Of which year?")), (*rows, all_years), replaces=True)


def _nobody(counted: list[tuple[int, int]], year: int | None, t: Texts) -> Message:
    if year is None:
        said = t("No release names anybody yet.")
        return Message(RichText(said), ((Button(t("Latest releases"), "latest"),),))
    said = t("No release of {year} names anybody.", year=year)
    years = _years(counted, None, t)
    return Message(
        RichText(said), ((Button(t("All years"), "people 1"),), *((years,) if years else ()))
    )
