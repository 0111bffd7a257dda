"""By what releases are known again."""

from __future__ import annotations

from datetime import date

import pytest

from bot.archive.document import Entry
from bot.archive.identity import aliases, fingerprint, host, told_apart
from storage.model import Kind


@pytest.mark.parametrize(
    ("key", "link", "expected"),
    [
        ("http://a.example/?p=69", "https://a.example/2014/x/", ("?p=69", "/2014/x", "post:69")),
        ("https://www.b.example/?p=69", "", ("?p=69", "post:69")),
        ("https://a.example/2014/x/", "http://a.example/2014/x", ("/2014/x",)),
        ("tag:a.example,2014:1", "", ("id:tag:a.example,2014:1",)),
        ("69", "https://a.example/x/?utm_source=rss&id=3", ("id:69", "/x?id=3")),
        ("", "https://a.example/", ()),
        ("", "https://a.example/?utm_medium=feed", ()),
        ("https://a.example/", "", ("id:https://a.example/",)),
        ("", "https://a.example/%D1%81%D0%BB%D0%BE%D0%B2%D0%BE/", ("/слово",)),
        ("", "https://a.example/слово", ("/слово",)),
        ("", "http://[broken", ()),
        ("http://[broken", "", ("id:http://[broken",)),
        ("", "mailto:a@a.example", ()),
    ],
)
def test_normal_forms(key: str, link: str, expected: tuple[str, ...]) -> None:
    """Scheme, host, encoding, last slash and tracking do not tell two releases apart."""
    assert aliases(key, link) == expected


def test_fingerprint_looks_at_words_only() -> None:
    """Quotes, case and spaces may differ between a page and a feed."""
    day = date(2014, 11, 19)

    assert fingerprint(day, "Magnitsky’s  Mother: “No”") == fingerprint(
        day, "MAGNITSKY'S mother - no"
    )
    assert fingerprint(day, "One") != fingerprint(date(2014, 11, 20), "One")
    assert fingerprint(day, "★") != fingerprint(day, "☆")


def entry(key: str, link: str, title: str = "") -> Entry:
    return Entry(Kind.FEED, "text", key=key, link=link, title=title)


def test_one_key_for_two_links_is_two_releases() -> None:
    """Nothing is lost to a feed that gives each item the same guid, in whatever spelling."""
    found = told_apart([entry("http://a.example/k", "http://a.example/1"),
                        entry("https://a.example/k/", "http://a.example/2")])  # fmt: skip

    assert [one.key for one in found] == [
        "http://a.example/k",
        "https://a.example/k/|http://a.example/2",
    ]


def test_entries_without_a_key_are_left_alone() -> None:
    """No key is not the same key."""
    both = [entry("", "http://a.example/1"), entry("", "http://a.example/1")]

    assert told_apart(both) == both


def test_host_has_a_port_and_no_www() -> None:
    """Hosts are compared as people say them."""
    assert host("https://www.A.example:8080/x") == "a.example:8080"
    assert host("http://user:pw@a.example/") == "a.example"
    assert host("javascript:alert(1)") == ""
