"""Files that somebody kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.archive import parse_process
from bot.archive.document import Unreadable
from bot.archive.files import read_file
from storage.model import Archive
from tests.archive.conftest import NOW, item, rss

FIRST = Archive("first", "https://first.example/")
PRESS = Archive("press", "https://www.press.example/feed/", "ru", "Europe/Moscow")
PRESS_TOO = Archive("press too", "https://press.example/news/")
TEXT = "Title\n\nMay 2, 2014\n\nBody.\n"


async def owner(path: Path, archives: list[Archive], named: Archive | None = None) -> str:
    archive, _ = await read_file(path, archives, named, NOW)
    return archive.name


async def test_file_belongs_to_the_archive_its_links_lead_to(tmp_path: Path) -> None:
    """The host decides, without www; among several of one host the named one, else the first."""
    path = tmp_path / "no-suffix"
    path.write_text(rss(item(1, NOW)))

    assert await owner(path, [FIRST, PRESS]) == "press"
    assert await owner(path, [FIRST, PRESS], FIRST) == "press"
    assert await owner(path, [FIRST, PRESS, PRESS_TOO], PRESS_TOO) == "press too"
    assert await owner(path, [FIRST]) == "first"


async def test_archives_on_one_host_differ_by_port(tmp_path: Path) -> None:
    """The port tells archives apart where one fits exactly; else the host is enough."""
    one, two = Archive("one", "http://127.0.0.1:1/"), Archive("two", "http://127.0.0.1:2/")
    path = tmp_path / "feed"
    path.write_text(rss(item(1, NOW)).replace("https://press.example", "http://127.0.0.1:2"))

    assert await owner(path, [one, two]) == "two"
    assert await owner(path, [FIRST, one]) == "one"


async def test_page_of_text_belongs_to_the_named_archive(tmp_path: Path) -> None:
    """Without links the name decides, without a name the first archive."""
    path = tmp_path / "page.txt"
    path.write_text(TEXT)

    assert await owner(path, [FIRST, PRESS], PRESS) == "press"
    assert await owner(path, [FIRST, PRESS]) == "first"


async def test_file_is_read_in_its_owner_s_language_and_zone(tmp_path: Path) -> None:
    """What is read depends on whose it is."""
    path = tmp_path / "feed"
    path.write_text(rss(item(1, NOW.replace(hour=22))))

    _, document = await read_file(path, [FIRST, PRESS], None, NOW)

    assert (document.drafts[0].language, document.drafts[0].published.day) == ("ru", 26)


async def test_what_is_no_file_of_releases_is_refused(tmp_path: Path) -> None:
    """Missing, a folder, a pipe, empty, binary, another thing: one sentence each."""
    empty, binary, other = (tmp_path / name for name in ("empty", "binary", "other"))
    empty.write_bytes(b"")
    binary.write_bytes(b"\0\1\2\3" * 100)
    other.write_text("Hello")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reasons = {}
    for path in (tmp_path / "missing", tmp_path, pipe, empty, binary, other):
        with pytest.raises(Unreadable) as caught:
            await read_file(path, [FIRST], None, NOW)
        reasons[path.name] = str(caught.value)

    assert reasons == {
        "missing": "There is no such file.",
        tmp_path.name: "It is a folder.",
        "pipe": "It is not a file.",
        "empty": "It is empty.",
        "binary": "It is binary, not text.",
        "other": "It is neither a feed nor an archive page.",
    }


async def test_large_file_is_read_in_a_process_of_its_own(tmp_path: Path) -> None:
    """A large document gives the same drafts, and the same refusals."""
    path = tmp_path / "feed"
    path.write_text(rss(item(1, NOW, "word " * 250_000)))
    text = tmp_path / "words"
    text.write_text("word " * 250_000)
    assert path.stat().st_size > parse_process.LARGE_BYTES

    _, document = await read_file(path, [PRESS], None, NOW)

    assert len(document.drafts[0].body.text.split()) == 250_000
    with pytest.raises(Unreadable, match="neither a feed"):
        await read_file(text, [PRESS], None, NOW)


async def test_process_that_takes_too_long_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document that would take for ever is refused, and nothing is left running."""
    monkeypatch.setattr(parse_process, "SECONDS", 0.5)
    monkeypatch.setattr(parse_process, "_CHILD", "import time; time.sleep(60)")
    path = tmp_path / "feed"
    path.write_text("word " * 250_000)

    with pytest.raises(Unreadable, match="too long"):
        await read_file(path, [PRESS], None, NOW)
