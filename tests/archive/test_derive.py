"""Drafts: what is made of an entry."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.archive.derive import READER, absolute, draft, rederive
from bot.archive.document import Entry
from storage.model import Kind
from tests.archive.conftest import ARCHIVE, NOW


def test_text_becomes_paragraphs() -> None:
    """Lines stay lines, blocks are parted by one empty line, controls become spaces, NFC."""
    made = draft(Entry(Kind.TEXT, "  One\x0btwo\r\nthree\n\n\n\nCafe\u0301\x00 "), ARCHIVE, NOW)

    assert made.body.text == "One two\nthree\n\nCaf\u00e9"


def test_title_loses_tags_and_keeps_words() -> None:
    """A title is text: no tags, entities decoded, white space single."""
    made = draft(Entry(Kind.FEED, "x", title="A <em>b</em> &amp; c\n d&nbsp;e"), ARCHIVE, NOW)

    assert made.title == "A b & c d\u00a0e"


def test_digest_ignores_markup() -> None:
    """What differs in markup only is the same text."""
    one = draft(Entry(Kind.FEED, "<p>One <b>two</b></p>", title="T"), ARCHIVE, NOW)
    two = draft(Entry(Kind.REST, '<p class="x">One two</p>\n', title="T"), ARCHIVE, NOW)
    three = draft(Entry(Kind.REST, "<p>One two three</p>", title="T"), ARCHIVE, NOW)

    assert one.digest == two.digest != three.digest


def test_undated_entry_is_the_same_tomorrow() -> None:
    """Today's date stands in for none, but is no part of what the entry is known by."""
    tomorrow = NOW.replace(day=26)
    made = [draft(Entry(Kind.FEED, "x", title="T"), ARCHIVE, now) for now in (NOW, tomorrow)]

    assert [one.published.day for one in made] == [25, 26]
    assert made[0].fingerprint == made[1].fingerprint
    assert made[0].published_at is None


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("en-GB", "Слова", "en"), ("rus", "words", "ru"), ("", "Слова", "ru"), ("", "Words", "en"),
        ("english", "Words", "en"), ("", "", "en"), ("<b>", "Words", "en"),
    ],
)  # fmt: skip
def test_language(code: str, text: str, expected: str) -> None:
    """A code counts by its first letters; without one the letters of the text are looked at."""
    assert draft(Entry(Kind.FEED, text, language=code), ARCHIVE, NOW).language == expected


def test_rederived_is_what_a_new_reading_gives() -> None:
    """From the kept source an upgraded reader makes the same as from the feed itself."""
    new = draft(Entry(Kind.FEED, "<p>One</p>", key="k", title="T"), ARCHIVE, NOW)
    old = replace(new, body=replace(new.body, text="worse"), reader=READER - 1, digest="old")

    again = rederive(ARCHIVE, old)

    assert (again.body, again.digest, again.reader) == (new.body, new.digest, READER)


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "http://[bad", "mailto:a@b.c", " ", "ftp://x/"]
)
def test_link_that_leads_nowhere_is_none(link: str) -> None:
    """What is no web address is no link."""
    assert absolute(link, "https://press.example/") == ""
