"""What somebody asks of the archive's pages: a query string read, and links that ask likewise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from bot.i18n import LANGUAGES, code
from bot.text.build import plain, shorten

LONGEST = 200  # characters of a search

_PAGE = re.compile(r"[1-9][0-9]{0,5}")
_YEAR = re.compile(r"[12][0-9]{3}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_NUMBER = re.compile(r"[1-9][0-9]{0,14}")
_TAG = re.compile(
    r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?))?\s*"
)


class Unclear(Exception):
    """What was asked means nothing; the text is a word for what it is about: page, year, of."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which releases: a `page` of those of a `year`, in a language (`of`) or with `words`.

    `lang` is the language of the page's own words where the address names it; None and "" are
    what was not asked.
    """

    page: int = 1
    year: int | None = None
    of: str = ""
    words: str = ""
    lang: str = ""

    def link(self, path: str = "/releases", **other: object) -> str:
        """The address at which this is asked, with some of it otherwise."""
        there = replace(self, **other)  # type: ignore[arg-type]
        given = {
            "q": there.words,
            "year": there.year,
            "of": there.of,
            "page": there.page if there.page > 1 else None,
            "lang": there.lang,
        }
        query = urlencode({name: value for name, value in given.items() if value})
        return f"{path}?{query}" if query else path


def asked(query: Mapping[str, str]) -> Asked:
    """What a query string asks; what is empty was not asked. Raises Unclear.

    >>> asked({"year": "2014", "q": "", "page": "2"})
    Asked(page=2, year=2014, of='', words='', lang='')
    """
    words, of = _line(query.get("q", "")), _fitting(query, "of", _LANGUAGE)
    return Asked(
        page=int(_fitting(query, "page", _PAGE) or 1),
        year=int(_fitting(query, "year", _YEAR) or 0) or None,
        of="" if words else of,  # words look through all languages, or say which themselves
        words=words,
        lang=tongue(query),
    )


def tongue(query: Mapping[str, str]) -> str:
    """The language of the page's own words, "" where none that we speak is asked for."""
    lang = query.get("lang", "")
    return lang if lang in LANGUAGES else ""


def number_of(text: str) -> int | None:
    """The id of a release as an address has it; None for what is none."""
    return int(text) if _NUMBER.fullmatch(text) else None


def language(lang: str, accepted: str, usual: str) -> str:
    """The language to speak: the one named, else the best of Accept-Language that we speak.

    `usual` is the one for readers who say nothing. Who speaks none of ours gets English.

    >>> language("", "de, ru-RU;q=0.8, en;q=0.5", "en")
    'ru'
    """
    if lang:
        return lang
    usual = code(usual)
    best, rank = "", 0.0
    for part in accepted.split(","):
        found = _TAG.fullmatch(part)
        if found is None:
            continue
        spoken = usual if found[1] == "*" else found[1].lower()
        weight = float(found[2]) if found[2] else 1.0
        if spoken in LANGUAGES and weight > rank:
            best, rank = spoken, weight
    return best or ("en" if accepted.strip() else usual)


def _fitting(query: Mapping[str, str], name: str, form: re.Pattern[str]) -> str:
    value = query.get(name, "").strip()
    if value and not form.fullmatch(value):
        raise Unclear(name)
    return value


def _line(words: str) -> str:
    """The words on one line, without what cannot be seen, cut to a length that can be shown."""
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return line if len(line) <= LONGEST else shorten(plain(line), LONGEST).text.rstrip("…")
