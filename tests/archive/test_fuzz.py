"""Whatever comes in, the readers say Unreadable or give drafts that can be kept."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.archive.document import Unreadable
from bot.archive.formats import read
from tests.archive.conftest import ARCHIVE, FEEDS, NOW

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

# Pieces of every format, parted by broken bars.
PIECES = """
<rss version='2.0'>¦<channel>¦<item>¦</item>¦<title>¦</title>¦<guid>¦<pubDate>¦</rss>¦</feed>
¦<feed xmlns='http://www.w3.org/2005/Atom'>¦<entry>¦<link href='¦<![CDATA[¦]]>¦<!--¦-->¦&#1;
¦&#xD800;¦&#99999999999;¦&x;¦<html>¦<div class='hentry'>¦<div class='entry-content'>¦<p>
¦<h2 class='entry-title'>¦<time datetime='2014-11-19'>¦<a href='http://[bad'>¦Title¦Next Page »
¦November 19, 2014¦{"version":"https://jsonfeed.org/version/1","items":[¦{"id":1,¦"title":¦]}
¦"\\ud800"¦<?xml version='1.0' encoding='¦utf-16¦'?>
"""
MARKUP = st.sampled_from([*PIECES.replace("\n", "").split("¦"), "\n\n", "\x00", "\x0b", "\ud800"])
SOUP = st.lists(MARKUP | st.text(max_size=20), max_size=60).map("".join)


def try_to_read(data: bytes) -> None:
    with contextlib.suppress(Unreadable):
        for draft in read(data, ARCHIVE, NOW).drafts:
            assert not draft.key or draft.aliases
            assert re.fullmatch("[a-z]{2}", draft.language)
            "".join((draft.key, draft.link, draft.title, draft.source, draft.body.text)).encode()


@QUICK
@given(st.binary(max_size=2000))
def test_bytes(data: bytes) -> None:
    """Any bytes."""
    try_to_read(data)


@QUICK
@given(SOUP)
def test_soup(text: str) -> None:
    """Pieces of every format in any order."""
    try_to_read(text.encode("utf-8", "surrogatepass"))


@QUICK
@given(st.sampled_from(sorted(FEEDS.glob("*.xml"))), st.data())
def test_broken_feeds(path: object, data: st.DataObject) -> None:
    """Feeds that are cut, doubled, or hold something they should not."""
    whole = path.read_bytes()  # type: ignore[attr-defined]
    at = data.draw(st.integers(0, len(whole)))
    to = data.draw(st.integers(at, len(whole)))
    try_to_read(whole[:at] + data.draw(SOUP).encode("utf-8", "replace") + whole[to:])


@QUICK
@given(SOUP)
def test_pages_of_text(text: str) -> None:
    """Text in which lines are dates here and there."""
    try_to_read(("One\n\nNovember 19, 2014\n\n" + text).encode("utf-8", "replace"))


def test_repetitions_do_not_hang(capture: Callable[[str], bytes]) -> None:
    """Half a megabyte of one thing, which some patterns would chew on for minutes."""
    for piece in ("<!--", "next page ", "November 19, 2014\n", "<item>", "[", "<div class=hentry>",
                  "&#x0", "19 ", "older ", "<a", "http://", "One\n\nMay 2, 2014\n\n"):  # fmt: skip
        for head in ("", "<rss version='2.0'><channel><item><description>", "<html>", "{"):
            try_to_read((head + piece * (500_000 // len(piece))).encode())
