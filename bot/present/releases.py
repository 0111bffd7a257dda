"""How a release, a list of releases and a page of one look as a Message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from bot.chat import Button, Message, Rows
from bot.i18n import LANGUAGES, Texts, texts
from bot.text.build import bold, italic, join, plain, shorten, slice_of, trimmed
from bot.text.links import usable
from bot.text.split import split, utf16
from bot.text.words import words
from storage.model import Release, RichText, Style, Suggestion

# Telegram's limit in UTF-16 units, the narrowest we know: what fits there is one message.
MESSAGE = 4096
# A page of a release with all that stands above its text, which has what they leave.
PAGE, PAGE_HEAD, PAGE_WHERE = 3500, 300, 40
PAGE_TEXT = PAGE - PAGE_HEAD - PAGE_WHERE
LEAD, SHORTEST_LEAD, LEAST_LEAD = 400, 160, 40

# What a list gives to all its titles together, and to one of them, or one snippet, at most.
LIST_TITLES, LIST_TITLE, SNIPPET = 2400, 300, 300
BUTTONS_A_ROW = 5

# The files of a release that become buttons, and the words on one.
FILES, FILE_NAME = 3, 30

# Inline lists show two lines of each.
SUGGESTED_TITLE, SUGGESTED_LEAD = 200, 120

EMPTY = RichText()

_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*(?=\s)")
_BARE_URL = re.compile(r"(?:https?:/|www\.|[^\s/]+\.[^\s/]+/)\S*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """One release of a list, with a word behind its date and the words around a hit."""

    release: Release
    note: str = ""
    snippet: RichText = EMPTY


def headline(release: Release, language: str, most: int = MESSAGE) -> RichText:
    """The title in bold, and under it the archive's local date with its year.

    The title is whole as long as both fit into `most` UTF-16 units.
    """
    when = _when(release, texts(language))
    title = shorten(plain(_title(release)), most - utf16(when) - 1, utf16)
    return join([bold(title.text), when])


def lead(release: Release, most: int = LEAD) -> RichText:
    """How the release begins, in at most `most` UTF-16 units: whole paragraphs if possible.

    Else it ends with a sentence, else with a word and "…".
    """
    # Two characters more than could fit tell that there is more: the rest is not looked at.
    whole = body(release)
    text = slice_of(whole, 0, min(len(whole.text), most + 2))
    if utf16(text.text) <= most:
        return text
    start = next(iter(split(text, most, utf16)), EMPTY)
    paragraph = start.text.rfind("\n\n")
    if paragraph >= SHORTEST_LEAD:
        return slice_of(start, 0, paragraph)
    ends = [found.end() for found in _SENTENCE_END.finditer(start.text + " ")]
    if ends and ends[-1] >= SHORTEST_LEAD:
        return slice_of(start, 0, ends[-1])
    return shorten(text, most, utf16)


def body(release: Release) -> RichText:
    """The text without a first line that only repeats the title, which is shown anyway."""
    first, _, _ = release.body.text.lstrip().partition("\n")
    if len(first) > 2 * len(release.title) + 40 or words(first) != words(release.title):
        return release.body
    begin = release.body.text.index(first) + len(first)
    return trimmed(slice_of(release.body, begin, len(release.body.text)))


def announcement(release: Release, language: str, most: int = MESSAGE) -> Message:
    """A release as it is pushed, and as it is shown when asked for; fits every platform's limit.

    The whole title is shown as long as `most` UTF-16 units have room for it alone; the lead takes
    what is left.
    """
    t = texts(language)
    head = headline(release, language, most)
    room = min(LEAD, most - utf16(head.text) - 2)
    buttons = [Button(t("Read here"), f"release {release.id} 1")] if body(release) else []
    share = Button(t("Share"), share=release.id)
    settings = Button(t("⚙️ Settings"), "settings")
    return Message(
        join([head, lead(release, room) if room >= LEAST_LEAD else ""], "\n\n"),
        _rows([*buttons, *_site(release, t)], *_files(release), [share, settings]),
    )


def suggestion(release: Release, language: str) -> Suggestion:
    """A release in a list of inline answers, and the card that is sent when it is chosen."""
    t = texts(language)
    title = shorten(plain(_title(release)), SUGGESTED_TITLE, utf16).text
    start = " ".join(lead(release, SUGGESTED_LEAD).text.split())
    return Suggestion(
        id=f"r{release.id}.{release.revision}",
        title=title,
        description=join([_when(release, t), start], " · ").text,
        text=join([headline(release, language), lead(release)], "\n\n"),
        link=release.link if _site(release, t) else "",
    )


def withdrawn(release: Release, language: str) -> Message:
    """A release that the campaign took back: that it was, and nothing of its text."""
    t = texts(language)
    said = italic(t("The campaign has withdrawn this release."))
    latest = Button(t("Latest releases"), "latest")
    return Message(join([headline(release, language, PAGE), said], "\n\n"), _rows([latest]))


def page(release: Release, number: int, language: str) -> Message:
    """One page of the whole text; a number past either end gives the page at that end."""
    t = texts(language)
    pages = split(body(release), PAGE_TEXT, utf16) or [RichText()]
    number = min(max(number, 1), len(pages))
    where = t("page {page} of {pages}", page=number, pages=len(pages)) if len(pages) > 1 else ""
    head = join([headline(release, language, PAGE_HEAD), where], " · ")
    turns = arrows(f"release {release.id} {{page}}", number, len(pages))
    back = Button(t("Back"), f"release {release.id} 0")
    return Message(
        join([head, pages[number - 1]], "\n\n"),
        _rows(turns, [back, *_site(release, t)], *_files(release)),
    )


def listing(
    head: RichText | str,
    items: Sequence[Item],
    language: str,
    *,
    first: int = 1,
    foot: str = "",
    more: Rows = (),
    replaces: bool = False,
) -> Message:
    """Numbered releases, each with a button of its number that opens it, `more` buttons below."""
    t = texts(language)
    most = min(LIST_TITLE, LIST_TITLES // max(1, len(items)))
    entries = [_entry(number, item, most, t) for number, item in enumerate(items, start=first)]
    numbers = [
        Button(str(number), f"release {item.release.id}")
        for number, item in enumerate(items, start=first)
    ]
    rows = [numbers[at : at + BUTTONS_A_ROW] for at in range(0, len(numbers), BUTTONS_A_ROW)]
    return Message(join([head, *entries, foot], "\n\n"), _rows(*rows, *more), replaces)


def arrows(command: str, number: int, last: int) -> list[Button]:
    """Buttons to the pages before and after; `{page}` in the command is the page's number."""
    turns = []
    if number > 1:
        turns.append(Button("◀", command.replace("{page}", str(number - 1))))
    if number < last:
        turns.append(Button("▶", command.replace("{page}", str(number + 1))))
    return turns


def _entry(number: int, item: Item, most: int, t: Texts) -> RichText:
    title = shorten(plain(_title(item.release)), most, utf16).text
    when = join([_when(item.release, t), item.note], " · ")
    return join(
        [plain(f"{number}. ") + bold(title), when, shorten(item.snippet, SNIPPET, utf16)], "\n"
    )


def _when(release: Release, t: Texts) -> str:
    """The date, and the release's language where it is not the reader's."""
    day = t.day(release.published)
    if release.language in ("", t.language):
        return day
    return f"{day} · {LANGUAGES.get(release.language, release.language)}"


def _title(release: Release) -> str:
    return " ".join(release.title.split())


def _site(release: Release, t: Texts) -> list[Button]:
    try:
        there = urlsplit(release.link)
    except ValueError:
        return []
    if there.scheme not in ("http", "https") or not there.netloc:
        return []
    return [Button(t("Open on the site"), url=release.link)]


def _files(release: Release) -> list[list[Button]]:
    """The first PDFs that the text links to, each a row of its own."""
    found: dict[str, Button] = {}
    for span in sorted(release.body.spans):
        url = usable(span.value) if span.style is Style.LINK else None
        if not url or not urlsplit(url).path.lower().endswith(".pdf"):
            continue
        named = _seen(release.body.text[span.start : span.end])
        if not named or _BARE_URL.fullmatch(named):
            named = _seen(unquote(urlsplit(url).path.rpartition("/")[2]))
        label = f"📄 {shorten(plain(named), FILE_NAME).text}"
        found.setdefault(url.partition("#")[0], Button(label, url=url))
    return [[button] for button in list(found.values())[:FILES]]


def _seen(text: str) -> str:
    """The text on one line, without what cannot be seen."""
    return " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())


def _rows(*rows: Sequence[Button]) -> Rows:
    return tuple(tuple(row) for row in rows if row)
