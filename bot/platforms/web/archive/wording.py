"""The words of the archive's pages, and what stands on all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.chat import Campaign
from bot.i18n import LANGUAGES, texts
from bot.platforms.web.archive.asked import Asked
from bot.text.to_html import href


@dataclass(frozen=True, slots=True)
class Tongue:
    """Another language the page can be read in: its own name, and where."""

    code: str
    name: str
    link: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page: its language and words, the site's name, where else to go.

    `base` is the site's address, "" where nobody told it. `canonical` is the address that search
    engines shall know the page by, "" for any; a page that is of no use to them is not for their
    `index`.
    """

    lang: str
    words: Mapping[str, str]
    site: str
    base: str
    tongues: tuple[Tongue, ...]
    home: str
    chat: str
    feed: str
    website: str = ""
    canonical: str = ""
    index: bool = True

    def at(self, canonical: str) -> Frame:
        """The frame of a page that is known by this address."""
        return replace(self, canonical=canonical)


def frame_of(campaign: Campaign, base: str, lang: str, path: str, ask: Asked) -> Frame:
    """The frame of the page at `path` of the site at `base`, in this language."""
    return Frame(
        lang=lang,
        words=words(lang),
        site=campaign.name,
        base=base,
        tongues=tuple(
            Tongue(code, name, ask.link(path, lang=code))
            for code, name in LANGUAGES.items()
            if code != lang
        ),
        home=Asked(lang=ask.lang).link(),
        chat=Asked(lang=ask.lang).link("/"),
        feed=Asked(of=ask.of).link("/feed.xml"),
        website=href(campaign.contact.get("website", "")),
        canonical=base and base + replace(ask, lang="").link(path),
        index=not ask.words,
    )


def name_of(language: str) -> str:
    """A language in its own words, its code where we do not know them."""
    return LANGUAGES.get(language, language)


def words(language: str) -> dict[str, str]:
    """The words that are the same on every page."""
    t = texts(language)
    return {
        "skip": t("Skip to the text"),
        "site": t("Parts of this site"),
        "releases": t("Press releases"),
        "chat": t("Chat"),
        "feed": t("News feed (Atom)"),
        "website": t("The campaign’s site"),
        "tongues": t("Language of this page"),
        "search": t("Search"),
        "look": t("Search the releases"),
        "years": t("Years"),
        "languages": t("Language of the releases"),
        "pages": t("Pages"),
        "newer": t("Newer"),
        "older": t("Older"),
        "all": t("All press releases"),
        "source": t("Open on the site"),
        "permalink": t("Permanent link"),
        "ask": t("Ask about it in the chat"),
        "before": t("Before this one"),
        "after": t("After this one"),
        "around": t("Releases before and after"),
        "pitch": t("Herald finds releases, and tells you of new ones."),
        "open_chat": t("Open the chat"),
    }
