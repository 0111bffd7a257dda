"""Archive pages as text, with the traps that real ones hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from bot.archive.document import Page, Unreadable
from bot.archive.formats import read
from bot.archive.page_text import read as read_page
from storage.model import Kind
from tests.archive.conftest import ARCHIVE, NOW


def page(text: str) -> Page:
    return read_page(text, ZoneInfo("Europe/London"), NOW)


def found(text: str) -> list[tuple[str, str]]:
    """Titles and bodies, newest first as on the page."""
    return [(one.title, one.source) for one in reversed(page(text).entries)]


# Where each release of the sample begins and ends: its title, its date, its last words.
SAMPLE = [
    ("Sergei Magnitsky’s Mother Slams", date(2014, 11, 19), "found on Open Russia website."),
    ("Statement by Bill Browder on 5th", date(2014, 11, 16), "on this important mission."),
    ("European Parliamentarians Challenge", date(2014, 11, 12), "+44 2074401777"),
    ("Pussy Riot to Lead Tribute", date(2014, 11, 12), "Henry Jackson Society website:"),
    ("Ambassadors from Council of Europe", date(2014, 11, 12), "http://lawandorderinrussia.org"),
]


def test_sample_page_is_five_whole_releases(capture: Callable[[str], bytes]) -> None:
    """The sample page, word by word: every word between the titles, and nothing else."""
    data = capture("press-releases-archive-page.txt")
    text = data.decode()

    document = read(data, ARCHIVE, NOW)

    drafts = list(reversed(document.drafts))
    assert [(d.published, d.published_at, d.kind, d.key, d.link) for d in drafts] == [
        (day, None, Kind.TEXT, "", "") for _, day, _ in SAMPLE
    ]
    rest = text
    for draft, (begins, day, ends) in zip(drafts, SAMPLE, strict=True):
        title, body = re.fullmatch(
            rf".*?^({begins}[^\n]*)\n+{day:%B} {day.day}, {day.year}\n"
            rf"(.*?{re.escape(ends)})(?=\n\n+).*",
            rest, re.DOTALL | re.MULTILINE,
        ).groups()  # type: ignore[union-attr]  # fmt: skip
        assert draft.title == title
        assert draft.body.text.split() == body.split()
        rest = rest.split(body, 1)[1]
    assert rest.split()[:2] == ["«", "Previous"]


def test_head_navigation_and_sidebar_are_left_out() -> None:
    """What stands before the first title and from the navigation on belongs to no release."""
    text = "// News\n\nOne\n\nMay 2, 2014\n\nBody.\n\n« Previous PageNext Page »\n\nSidebar\n\nLink"

    assert found(text) == [("One", "Body.")]


@pytest.mark.parametrize(
    "line",
    ["Next Page »", "← Older posts", "Older Entries", "« Предыдущая страница", "Старые записи →"],
)
def test_navigation_in_many_words(line: str) -> None:
    """The ways themes lead on to other pages."""
    assert found(f"One\n\nMay 2, 2014\n\nBody.\n\n{line}\n\nLink") == [("One", "Body.")]


def test_dates_within_bodies_part_nothing() -> None:
    """Dates in sentences, in another form, out of order, or under a line that leads on."""
    text = (
        "One\n\nMay 12, 2014\n\n11 May 2014 – He said\n\nThe letter:\n\nMay 1, 2014\n\n"
        "Dear Sir,\n\n"
        "Moscow\n\n10 May 2014\n\nSigned\n\nMay 30, 2014\n\nEnd.\n\nTwo\n\nMay 11, 2014\n\nBody."
    )

    assert [title for title, _ in found(text)] == ["One", "Two"]
    assert found(text)[0][1].endswith("Signed\n\nMay 30, 2014\n\nEnd.")


def test_title_said_again_stays_in_the_body() -> None:
    """A body that begins with its title keeps it, even with the date below it again."""
    text = "One\n\nMay 2, 2014\n\nOne\n\nBody.\n\nTwo\n\nMay 1, 2014\n\nTwo\n\nMay 1, 2014\n\nBody."

    assert found(text) == [("One", "One\n\nBody."), ("Two", "Two\n\nMay 1, 2014\n\nBody.")]


def test_several_on_one_day_keep_the_order_of_the_page() -> None:
    """The topmost is the newest, so it comes last."""
    text = "".join(f"{name}\n\nMay 2, 2014\n\nBody {name}.\n\n" for name in "ABC")

    assert [one.title for one in page(text).entries] == ["C", "B", "A"]


def test_oldest_first_page_is_not_turned_round() -> None:
    """A page that lists the oldest first is read as it stands."""
    text = "A\n\nMay 2, 2014\n\nA.\n\nB\n\nMay 3, 2014\n\nB.\n\nC\n\nMay 3, 2014\n\nC."

    assert [one.title for one in page(text).entries] == ["A", "B", "C"]


def test_russian_page_and_crlf_and_tight_lines() -> None:
    """Russian dates, Windows line ends, and no empty lines at all."""
    text = "Первое\r\n19 ноября 2014 г.\r\nТекст.\r\nВторое\r\n18 ноября 2014 г.\r\nЕщё текст."

    assert found(text) == [("Первое", "Текст."), ("Второе", "Ещё текст.")]


def test_two_pages_in_one_file() -> None:
    """Navigation ends a release in the middle of a file, too."""
    one = "// News\n\nA\n\nMay 2, 2014\n\nA.\n\nNext Page »\n\n• Link\n\n"

    assert found(one + one.replace("A", "B").replace("2, 2014", "1, 2014")) == [
        ("A", "A."),
        ("B", "B."),
    ]


@pytest.mark.parametrize(
    "text", ["Hello", "May 2, 2014\n\nNo title above", "Title\n\nMay 99, 2014"]
)
def test_text_without_titled_dates_is_unreadable(text: str) -> None:
    """Not every text is an archive page."""
    with pytest.raises(Unreadable):
        page(text)
