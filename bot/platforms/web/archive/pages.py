"""One release as HTML, as a line of a list, and a sentence where there is nothing to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from jinja2 import Environment
from markupsafe import Markup

from bot import present
from bot.i18n import Texts, texts
from bot.platforms.web.archive.asked import Asked
from bot.platforms.web.archive.queries import Shown
from bot.platforms.web.archive.wording import Frame, name_of
from bot.text.to_html import href, to_html
from storage.model import Release

DESCRIPTION = 200  # characters; whoever shows it cuts what is longer
NOTHING = Markup("")

# As Open Graph has them: a language and a country.
_LOCALES = {"en": "en_GB", "ru": "ru_RU"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One release in short. `tongue` is its language's name, "" where it is the page's own."""

    link: str
    title: str
    day: str
    iso: str
    lang: str
    tongue: str = ""
    text: Markup = NOTHING


@dataclass(frozen=True, slots=True)
class Way:
    """A link to go on by."""

    label: str
    link: str


def entry(release: Release, ask: Asked, t: Texts, text: Markup = NOTHING) -> Entry:
    """The release in short, with these words of it; its link keeps the language of the page."""
    other = release.language not in ("", t.language)
    return Entry(
        link=Asked(lang=ask.lang).link(f"/releases/{release.id}"),
        title=release.title.strip() or f"r{release.id}",
        day=t.day(release.published),
        iso=release.published.isoformat(),
        lang=release.language or t.language,
        tongue=name_of(release.language) if other else "",
        text=text,
    )


def release_page(templates: Environment, frame: Frame, ask: Asked, got: Shown) -> str:
    """One release, whole.

    Its home is where the campaign published it, and search engines are told so: we hold a copy.
    What is shared from here leads here, for here it can be read where that site cannot.
    """
    release, t = got.release, texts(frame.lang)
    here = f"{frame.base}/releases/{release.id}"
    source = href(release.link)
    instant = release.published_at or release.published
    return templates.get_template("release.html").render(
        frame=frame.at(source or (frame.base and here)),
        entry=entry(release, ask, t, _text(release)),
        description=" ".join(present.lead(release, DESCRIPTION).text.split()),
        here=here,
        instant=instant.isoformat(),
        locale=_LOCALES.get(release.language, ""),
        source=source,
        changed=t("Last changed on {day}.", day=t.day(got.changed)) if got.changed else "",
        picture=f"/releases/{release.id}/picture" if release.picture else "",
        question=f"{frame.chat}{'&' if '?' in frame.chat else '?'}start=r{release.id}",
        older=entry(got.older, ask, t) if got.older else None,
        newer=entry(got.newer, ask, t) if got.newer else None,
    )


def _text(release: Release) -> Markup:
    """Its headings stand right below the page's own."""
    html = to_html(present.body(release))
    html = html.replace("<h3>", "<h2>").replace("</h3>", "</h2>")  # in text, < is escaped
    return Markup(html)  # noqa: S704 - escaped there


def notice(
    templates: Environment, frame: Frame, title: str, said: str, ways: Sequence[Way] = ()
) -> str:
    """A page that only says something, and where to go on from there."""
    return templates.get_template("notice.html").render(
        frame=replace(frame, canonical="", index=False), title=title, said=said, ways=ways
    )
