"""A list of releases as HTML: newest first, of a year, in a language, or what a search found."""

from __future__ import annotations

from dataclasses import dataclass

from jinja2 import Environment
from markupsafe import Markup

from bot import present
from bot.i18n import Texts, texts
from bot.platforms.web.archive.asked import Asked
from bot.platforms.web.archive.pages import entry
from bot.platforms.web.archive.queries import Listed
from bot.platforms.web.archive.wording import Frame, name_of
from bot.text.to_html import inline_html
from storage.model import Hit, RichText

SNIPPET = 220  # characters of how a release begins
OFFERS = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """What a list can be narrowed to. `count` is "" where nothing was counted."""

    label: str
    link: str
    here: bool
    count: str = ""
    lang: str = ""


def list_page(templates: Environment, frame: Frame, ask: Asked, got: Listed) -> str:
    """A page of the list; where it is empty, a sentence that says so kindly."""
    t = texts(frame.lang)
    return templates.get_template("releases.html").render(
        frame=frame,
        ask=ask,
        heading=_heading(ask, t),
        counted=_counted(ask, got, t),
        understood=present.understood(got.search, ask.words, t),
        empty=_empty(ask, got, t),
        offers=_offers(ask, got),
        meant=t("Did you mean:"),
        entries=[entry(hit.release, ask, t, _words(hit)) for hit in got.found],
        years=_years(ask, got, t),
        languages=_languages(ask, got, t),
        newer=ask.link(page=ask.page - 1) if ask.page > 1 else "",
        older=ask.link(page=ask.page + 1) if ask.page < got.pages else "",
    )


def _offers(ask: Asked, got: Listed) -> list[Choice]:
    """Where nothing was found: the words in the year that stood among them, and near names."""
    near = [
        Choice(person.name, ask.link(words=person.name, page=1, year=None), False,
               str(person.releases))
        for person in got.search.offers[:OFFERS]
    ]  # fmt: skip
    if got.apart is None:
        return near
    words, year = got.apart
    return [Choice(f"{words}, {year}", ask.link(words=words, year=year, page=1), False), *near]


def _words(hit: Hit) -> Markup:
    """The words around the hit, else how the release begins."""
    start = " ".join(present.lead(hit.release, SNIPPET).text.split())
    return Markup(inline_html(hit.snippet or RichText(start)))  # noqa: S704 - escaped there


def _heading(ask: Asked, t: Texts) -> str:
    if ask.words:
        return t("“{query}”", query=ask.words)
    return t("Press releases of {year}", year=ask.year) if ask.year else t("Press releases")


def _counted(ask: Asked, got: Listed, t: Texts) -> str:
    """How many there are, and which page of them this is."""
    if not got.total:
        return ""
    if ask.words:
        return present.counted(got.search, t, page=ask.page, pages=got.pages, year=ask.year)
    said = t.plural("{n} release", "{n} releases", got.total)
    where = t("page {page} of {pages}", page=ask.page, pages=got.pages) if got.pages > 1 else ""
    return f"{said}, {where}" if where else said


def _empty(ask: Asked, got: Listed, t: Texts) -> tuple[str, str]:
    """Why there is nothing, and what to do; two empty words where there is something."""
    if got.total:
        return "", ""
    if ask.words:
        return t("I found nothing for “{query}”.", query=ask.words), _hint(ask, got, t)
    if ask.year or ask.of:
        return t("There are no such releases in this archive."), t("Another choice may help.")
    return (
        t("There are no releases here yet."),
        t("Each one appears here as soon as the campaign has published it."),
    )


def _hint(ask: Asked, got: Listed, t: Texts) -> str:
    """What was tried, or what else may help."""
    search = got.search
    if search.missing is not None:
        return present.unclear(search.missing, t)
    if got.of_hits and ask.year:
        return t("Nothing is of {year}, but other years have it.", year=ask.year)
    told = [present.tried(search, ask.words, t), present.unread(search, t)]
    return " ".join(filter(None, told)) or t(
        "Fewer words or another spelling may help: a release must have all of them."
    )


def _years(ask: Asked, got: Listed, t: Texts) -> list[Choice]:
    """The years there are; of a search those of its hits, which it stays within."""
    kept = not ask.words or got.of_hits
    words = ask.words if kept else ""
    whole = Choice(
        t("All years"), _narrowed(ask, year=None, words=words), ask.year is None and kept
    )
    of_years = [
        Choice(
            str(year), _narrowed(ask, year=year, words=words), year == ask.year and kept,
            str(count),
        )
        for year, count in got.years
    ]  # fmt: skip
    return [whole, *of_years] if of_years else []


def _languages(ask: Asked, got: Listed, t: Texts) -> list[Choice]:
    """The languages there are; nothing to choose where there is one only."""
    if len(got.languages) < 2 and not ask.of:
        return []
    whole = Choice(t("All languages"), _narrowed(ask, of=""), not ask.of and not ask.words)
    return [whole] + [
        Choice(name_of(code), _narrowed(ask, of=code), code == ask.of and not ask.words, lang=code)
        for code in got.languages
    ]


def _narrowed(ask: Asked, **other: object) -> str:
    """The first page of another choice. A search looks through all languages: whoever chooses one
    leaves it.
    """
    return ask.link(**{"page": 1, "words": "", **other})  # type: ignore[arg-type]
