"""Real answers, cut, changed and lied about: the readers say Unreadable or give drafts."""

from __future__ import annotations

import html
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.archive.document import Unreadable
from bot.archive.formats import Format, decoded, read, recognise
from bot.text.from_html import from_html
from tests.archive.conftest import ARCHIVE, FEEDS, NOW
from tests.archive.patience import patience
from tests.archive.test_fuzz import MARKUP, try_to_read

QUICK = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
SECONDS = 10

_CAPTURES = Path(__file__).parents[2] / ".." / "shared" / "data"
_REAL = [
    *("feed-one-post", "feed-rss-excerpts", "feed-comments-on-trap", "feed-atom-page1"),
    *("feed-rss-page4", "rest-posts-index", "archive-page3", "archive-page-past-the-end"),
    *("maintenance-503", "feed-past-the-end"),
]


def samples() -> list[bytes]:
    """Feeds and pages of every kind: those of the tests, and the captures where these are."""
    found = [path.read_bytes() for path in sorted(FEEDS.glob("*.xml"))]
    posts = [
        {"id": 1, "guid": {"rendered": "http://a.example/?p=1"}, "link": "http://a.example/one/",
         "date_gmt": "2014-11-19T10:00:00", "title": {"rendered": "One &amp; two"},
         "content": {"rendered": "<p>Words</p><ul><li>one</li></ul>", "protected": False}},
    ]  # fmt: skip
    item = {"id": "1", "url": "http://a.example/1", "title": "One", "content_html": "<p>Words</p>"}
    json_feed = {"version": "https://jsonfeed.org/version/1.1", "title": "A", "items": [item]}
    found += [json.dumps(posts).encode(), json.dumps(json_feed).encode()]
    found.append(b"One\n\nNovember 19, 2014\n\nWords.\n\nTwo\n\nMay 2, 2014\n\nMore.\n")
    if _CAPTURES.is_dir():
        found += [(_CAPTURES / f"wordpress/{name}.body").read_bytes() for name in _REAL]
        found.append((_CAPTURES / "press-releases-archive-page.txt").read_bytes())
    return found


SAMPLES = samples()
_A_SAMPLE = st.sampled_from(SAMPLES)


def cuts(whole: bytes) -> Iterator[int]:
    """Every place of a short text; of a long one 200, always the same."""
    if len(whole) < 1000:
        return iter(range(len(whole)))
    return iter(sorted(random.Random(7).sample(range(len(whole)), 200)))


@pytest.mark.parametrize("whole", [s for s in SAMPLES if len(s) < 20_000], ids=lambda s: s[:20])
def test_cut_anywhere(whole: bytes) -> None:
    """However little has come: no accident, and of a cut feed no half text."""
    with patience(60):
        for at in cuts(whole):
            try_to_read(whole[:at])


@pytest.mark.parametrize("whole", [s for s in SAMPLES if b"<rss" in s[:500]], ids=lambda s: s[-20:])
def test_a_cut_feed_gives_whole_entries_only(whole: bytes) -> None:
    """What is kept of a cut feed are entries of the whole one, word by word."""
    try:
        all_of_them = {d.body.text for d in read(whole, ARCHIVE, NOW).drafts}
    except Unreadable:
        return
    for at in list(cuts(whole))[::10]:
        try:
            document = read(whole[:at], ARCHIVE, NOW)
        except Unreadable:
            continue
        assert {d.body.text for d in document.drafts} <= all_of_them


@QUICK
@given(_A_SAMPLE, st.data())
def test_tags_moved_about(whole: bytes, data: st.DataObject) -> None:
    """Pieces between tags are left out, doubled, changed for others, or for soup."""
    pieces = whole.decode("utf-8", "replace").replace("<", "\0<").replace(">", ">\0").split("\0")
    pieces = pieces[:600]
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(pieces) - 1))
        other = data.draw(st.integers(0, len(pieces) - 1))
        put = data.draw(st.sampled_from(["", pieces[at] * 2, pieces[other]]) | MARKUP)
        pieces[at] = put
    with patience(SECONDS):
        try_to_read("".join(pieces).encode("utf-8", "surrogatepass"))


@QUICK
@given(
    _A_SAMPLE,
    st.sampled_from(
        ["utf-8", "utf-16", "utf-16-be", "utf-32", "cp1251", "koi8-r", "cp037", "big5"]
    ),
    st.sampled_from(["utf-8", "utf-16", "utf-32-be", "us-ascii", "gb2312", "cp500", "idna", "hex"]),
)
def test_lies_about_the_charset(whole: bytes, encoding: str, told: str) -> None:
    """Written in one encoding, said to be in another, with or without a mark."""
    text = whole.decode("utf-8", "replace").partition("?>")[2] or whole.decode("utf-8", "replace")
    declared = f"<?xml version='1.0' encoding='{told}'?>{text[:3000]}"

    with patience(SECONDS):
        try_to_read(declared.encode(encoding, "replace"))


@QUICK
@given(_A_SAMPLE, st.binary(min_size=1, max_size=8), st.data())
def test_bytes_struck_anywhere(whole: bytes, struck: bytes, data: st.DataObject) -> None:
    """A few bytes that are other ones: in a tag, in a letter, in a declaration."""
    at = data.draw(st.integers(0, min(len(whole), 5000)))

    with patience(SECONDS):
        try_to_read(whole[:at] + struck + whole[at + len(struck) :])


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["id", "guid", "rendered", "link", "date", "date_gmt", "title", "content", "items",
             "protected", "version", "url", "content_html", "content_text", "date_published"]
        ), inner, max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip


@QUICK
@given(st.lists(st.dictionaries(st.just("guid"), _JSON, min_size=1) | _JSON, max_size=4) | _JSON)
def test_json_of_other_shapes(found: object) -> None:
    """Values of any kind where others are expected."""
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": found}
    for document in (found, feed):
        try_to_read(json.dumps(document).encode())


@QUICK
@given(st.lists(MARKUP | st.text(max_size=10), max_size=40).map("".join))
def test_soup_within_a_feed_is_the_entrys_own(soup: str) -> None:
    """Whatever is in a text, escaped: the entry is there, and so is its neighbour."""
    one = (
        f"<item><title>t</title><guid>1</guid><description>{html.escape(soup)}</description></item>"
    )
    two = "<item><title>other</title><guid>2</guid></item>"
    feed = f"<rss version='2.0'><channel>{one}{two}</channel></rss>"

    document = read(feed.encode("utf-8", "replace"), ARCHIVE, NOW)

    assert {"t", "other"} == {draft.title for draft in document.drafts}


@pytest.mark.parametrize("reader", [decoded, lambda data: recognise(decoded(data)), from_html])
def test_long_repetitions_end(reader: Callable[[object], object]) -> None:
    """What comes before the parsers is linear, too."""
    for piece in (b"<rss", b"encoding='", b"\x81\x40", b"\xe3\x81", b"<!DOCTYPE [", b"\0<\0?"):
        data = piece * (2_000_000 // len(piece))
        with patience(SECONDS):
            try:
                reader(data.decode("latin-1") if reader is from_html else data)
            except Unreadable:
                continue


def test_what_the_samples_are() -> None:
    """Every format is among them."""
    formats = {recognise(decoded(whole)) for whole in SAMPLES if whole.strip()}

    assert {Format.FEED, Format.JSON, Format.TEXT} <= formats
