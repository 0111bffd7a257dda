"""JSON Feed, and posts of the REST API."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from bot.archive.document import Document, Unreadable
from bot.archive.formats import read
from storage.model import Kind
from tests.archive.conftest import ARCHIVE, NOW


def feed(*items: object, **more: object) -> Document:
    whole = {"version": "https://jsonfeed.org/version/1.1", "title": "Press", "items": items}
    return read(json.dumps({**whole, **more}).encode(), ARCHIVE, NOW)


def post(**more: Any) -> dict[str, Any]:
    return {
        "id": 4, "date": "2015-06-02T00:30:00", "date_gmt": "2015-06-01T23:30:00",
        "guid": {"rendered": "http://127.0.0.1:8410/?p=4"},
        "link": "http://127.0.0.1:8410/2015/one/", "title": {"rendered": "One &amp; two"},
        "content": {"rendered": "<p>Text.</p>", "protected": False}, **more,
    }  # fmt: skip


def test_items_newest_last() -> None:
    """Html, text and summary are read; ids that are numbers become their text."""
    document = feed(
        {"id": "c", "url": "/c/", "summary": "Only the start", "date_published": "2014-11-21"},
        {"id": 2, "title": "a < b & c", "content_text": "One\ntwo\n\n<three>",
         "date_published": "2014-11-20T10:00:00Z", "language": "ru"},
        {"id": "https://press.example/1/", "content_html": "<p>Text</p>", "content_text": "Other",
         "date_published": "2014-11-19T10:00:00+00:00"},
        language="de-DE",
    )  # fmt: skip

    assert [(d.key, d.title, d.body.text, d.kind, d.language) for d in document.drafts] == [
        ("https://press.example/1/", "Text…", "Text", Kind.FEED, "de"),
        ("2", "a < b & c", "One\ntwo\n\n<three>", Kind.FEED, "ru"),
        ("c", "Only the start…", "Only the start", Kind.EXCERPT, "de"),
    ]
    assert document.drafts[2].link == "http://127.0.0.1:8410/c/"


def test_nonsense_in_items_is_passed_over() -> None:
    """What is no item is none; values of the wrong type count as missing."""
    document = feed(None, 3, [], {}, {"id": True, "content_html": ["x"], "title": "One", "url": {}})

    assert [(d.key, d.title, d.link) for d in document.drafts] == [("", "One", "")]
    assert document.refused == (("", "It has neither a title nor a text."),)


def test_halves_of_characters_can_be_kept() -> None:
    """A lone surrogate, which JSON can say and UTF-8 cannot, is replaced."""
    draft = feed({"id": "\ud800", "title": "\ud800", "content_html": "\udfff"}).drafts[0]

    assert (draft.key + draft.title + draft.source + draft.body.text).encode()


def test_posts_of_the_rest_api() -> None:
    """A post has the guid as its key and UTC without a word for it."""
    draft = read(json.dumps([post()]).encode(), ARCHIVE, NOW).drafts[0]

    assert (draft.key, draft.kind, draft.title) == (
        "http://127.0.0.1:8410/?p=4", Kind.REST, "One & two",
    )  # fmt: skip
    assert draft.published == date(2015, 6, 2)
    assert draft.published_at is not None
    assert draft.published_at.isoformat() == "2015-06-01T23:30:00+00:00"


def test_protected_post_is_refused() -> None:
    """REST says itself that a post is protected, and gives no text."""
    hidden = post(content={"rendered": "", "protected": True})

    assert read(json.dumps([hidden]).encode(), ARCHIVE, NOW).refused == (
        ("http://127.0.0.1:8410/2015/one/", "It is protected by a password."),
    )


@pytest.mark.parametrize(
    "text", ['{"version": "2"}', "[]", "[1, 2]", "{", "[" * 5000, '[{"id": 1, "guid": "x"}]', "{}"]
)
def test_other_json_is_unreadable(text: str) -> None:
    """JSON that is neither is refused, however deep or broken."""
    with pytest.raises(Unreadable):
        read(text.encode(), ARCHIVE, NOW)
