"""Searching from the shell, as a person reads it."""

from __future__ import annotations

import json
import sqlite3
import sys
from datetime import date
from pathlib import Path

import pytest

from bot.cli.search import print_found
from storage.model import Found, Hit, Missing, Named, Order, Person, Release, RichText, Span, Style
from tests.running import environment, herald

FEED = Path(__file__).parent / "feed.xml"
HIT = Hit(
    Release(
        id=7, key="k", archive="a", link="", title="In court", body=RichText(""), language="en",
        published=date(2014, 11, 16), published_at=None, revision=1,
        withdrawn=False,
    ),
    RichText("of Магнитского, who", (Span(3, 14, Style.BOLD),)),
)  # fmt: skip


def printed(capsys: pytest.CaptureFixture[str], found: Found, query: str) -> list[str]:
    print_found(found, query)
    return capsys.readouterr().out.splitlines()


def test_hits_under_the_name_that_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    """The spelling that was found, the list, how many more there are and how they are sorted."""
    name = Named("magnitsky", "Сергей Магнитский", ("Магнитского", "Magnitsky"))
    found = Found((HIT,), 12, False, Order.NEW, (name,))
    lines = printed(capsys, found, "magnitsky")

    assert lines == [
        "Found as: Магнитского",
        "    7  2014-11-16  In court",
        " " * 19 + "of Магнитского, who",
        "1 of 12, newest first. More: --limit 12",
    ]
    many = printed(capsys, Found((HIT,), 10_000, True), "x")
    assert many[-1] == "1 of more than 10,000, best first."


def test_the_hit_is_bold_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a person looks, and nowhere else."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    lines = printed(capsys, Found((HIT,), 1), "magnitsky")

    assert lines[-1].strip() == "of \x1b[1mМагнитского\x1b[0m, who"


def test_what_was_tried_and_near_names(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing found is a sentence, what was tried, and an offer; never a result."""
    offers = (Person("Sergei Magnitsky", 25), Person("Magnusson", 1))
    lines = printed(capsys, Found(tried=("Магниский",), offers=offers), "Magnisky")

    assert lines == [
        "Nothing was found. Fewer words, or another spelling, may find more.",
        "I also tried: Магниский.",
        "Did you mean Sergei Magnitsky (25) or Magnusson (1)?",
    ]
    wanted = printed(capsys, Found(missing=Missing.WANTED), "-x")
    assert wanted[0].startswith("That says only what you do not want.")


async def test_after_an_upgrade_it_is_indexed_first(tmp_path: Path) -> None:
    """Releases that no index has yet are indexed before the first answer, which is complete."""
    env = environment(tmp_path)
    assert (await herald(env, "import", str(FEED)))[0] == 0
    with sqlite3.connect(env["HERALD_DATABASE"]) as database:
        database.execute("UPDATE releases SET indexed = 0")
        database.execute("INSERT INTO release_words (release_words) VALUES ('delete-all')")
        for table in ("mentions", "name_years"):
            database.execute(f"DELETE FROM {table}")
    code, out, err = await herald(env, "search", "--json", "lighthouse")

    assert (code, err) == (0, "")
    assert [found["title"] for found in json.loads(out)] == ["Second statement"]


def test_an_operator_that_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """What to write instead, and not that fewer words may help; no word of nothing is told."""
    found = Found(tried=("", " "), unread=("after:2014-13",))
    lines = printed(capsys, found, "court after:2014-13")

    assert lines == [
        "Nothing was found.",
        "“after:2014-13” is no date I understand; write for example after:2014-03",
    ]


@pytest.mark.parametrize("words", [["search", "court"], ["anniversary"]])
async def test_where_no_release_is_kept(tmp_path: Path, words: list[str]) -> None:
    """Without a database, or with an empty one, both say what to do, as `latest` does."""
    env = environment(tmp_path)
    kept_none = (await herald(env, "latest"))[1]
    without = await herald(env, *words)
    for_programs = (await herald(env, "search", "court", "--json"))[1]
    (tmp_path / "none.xml").write_text("<rss version='2.0'><channel></channel></rss>")
    await herald(env, "import", str(tmp_path / "none.xml"))

    assert "No releases are kept yet. Bring some in: herald import FILE\n" == kept_none
    assert (without[0], without[1].splitlines(True)[-1], without[2]) == (0, kept_none, "")
    assert "[]\n" == for_programs
    assert (await herald(env, *words))[1].splitlines(True)[-1] == kept_none
