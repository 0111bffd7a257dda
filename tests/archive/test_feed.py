"""Feeds: each file in tests/feeds says in its head what is expected of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.archive.document import Unreadable
from bot.archive.formats import decoded, read
from storage.model import Archive, Draft, Style
from tests.archive.conftest import FEEDS, NOW, item, rss

PRESS = Archive("press", "https://press.example/feed/")


def expected(data: bytes) -> dict[str, Any]:
    """The JSON in the first comment of a feed."""
    comment = decoded(data).split("<!--", 1)[1].split("-->", 1)[0]
    return dict(json.loads(comment[comment.index("{") :]))


def shown(draft: Draft, name: str) -> object:
    """One attribute of a draft as JSON has it."""
    if name == "body":
        return draft.body.text
    if name == "links":
        return [span.value for span in draft.body.spans if span.style is Style.LINK]
    value = getattr(draft, name)
    if name.startswith("published"):
        return value and value.isoformat()
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("path", sorted(FEEDS.glob("*.xml")), ids=lambda path: path.stem)
def test_feed_is_read_as_its_head_says(path: Path) -> None:
    """Every feed gives the drafts that its first comment states, and no others."""
    data = path.read_bytes()
    wanted = expected(data)
    if "unreadable" in wanted:
        with pytest.raises(Unreadable, match=wanted["unreadable"]):
            read(data, PRESS, NOW)
        return

    document = read(data, PRESS, NOW)

    found = [
        {name: shown(draft, name) for name in states}
        for draft, states in zip(document.drafts, wanted["drafts"], strict=True)
    ]
    assert found == wanted["drafts"]
    assert [list(one) for one in document.refused] == wanted.get("refused", [])
    assert document.complete is wanted.get("complete", True)


def test_text_that_looks_like_a_path_is_not_opened(tmp_path: Path) -> None:
    """A body that is the name of a local file reads no file."""
    secret = tmp_path / "secret.xml"
    secret.write_text(rss(item(1, NOW)))

    with pytest.raises(Unreadable):
        read(str(secret).encode(), PRESS, NOW)


def test_entities_of_a_feed_reach_no_file(tmp_path: Path) -> None:
    """An external entity is not resolved."""
    secret = tmp_path / "secret.txt"
    secret.write_text("open sesame")
    feed = (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}">]>'
        "<rss version='2.0'><channel><title>t</title><item><title>a &x; b</title>"
        "<description>&x;</description></item></channel></rss>"
    )

    document = read(feed.encode(), PRESS, NOW)

    assert all("sesame" not in d.title + d.body.text for d in document.drafts)
