"""Full text: everything a person may type is answered, and what is found is marked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from storage import Storage
from storage.model import Hit, Span, Style
from storage.search.fulltext import marked
from tests.storage.conftest import NOON, draft, keep

DAY = timedelta(days=1)

# What has a meaning somewhere, or breaks something elsewhere.
PIECES = (
    "AND", "OR", "NOT", "ИЛИ", "НЕ", "-", "–london", "-year:2014", '"', '"court of', "''",
    "intitle:", "intitle:court", "заголовок:суд", "year:", "year:2024", "год:2023..",
    "year:2024..2020", "after:", "after:2014-13", "before:0001", "до:0001-01-01",
    "date:9999-12-31", "lang:ru", "lang:xx", "sort:old", "sort:", "x:y", "london", "Лондона",
    "Артёмов", "a*", "NEAR(", "{a b}:", "x" * 80, "я" * 64, "\0", "\n", "\ud800", "\u200b", "é",
    "O'Rourke", "Kara-Murza", "И.О.", "🙂", "9" * 30, "rfhgjd",
)  # fmt: skip


@pytest.fixture
async def stocked(storage: Storage) -> Storage:
    """Five releases about a few things."""
    await keep(
        storage,
        draft("Trial opens in London", "The court heard the case of the lawyer.", key="1"),
        draft("A vote in Paris", "Parliament voted on sanctions; London watched.", key="2",
              at=NOON + DAY),
        draft("Всё о суде", "Адвокат Артёмов выступил в суде.", key="3", at=NOON + 2 * DAY,
              language="ru"),
        draft("Café talk", "It's the lawyer's \"oath\" – 100% of it.", key="4", at=NOON + 3 * DAY),
        draft("Nothing", "words words words", key="5", at=NOON + 4 * DAY),
    )  # fmt: skip
    return storage


async def found(storage: Storage, words: str) -> list[str]:
    return [hit.release.key for hit in (await storage.search.find(words, 10)).hits]


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("london", ["1", "2"]),
        ("LONDON", ["1", "2"]),
        ("london sanctions", ["2"]),
        ("sanctions london", ["2"]),
        ("vote", ["2"]),
        ("voting", ["2"]),
        ("cafe", ["4"]),
        ("café", ["4"]),
        ("cafe\u0301", ["4"]),
        ("Артемов", ["3"]),
        ("артёмов", ["3"]),
        ("все", ["3"]),
        ("всё", ["3"]),
        ("lawyer's 100%", ["4"]),
        ('"oath"', ["4"]),
        ("100%", ["4"]),
        ("nowhere", []),
        ("london nowhere", []),
        ("", []),
        ("   ", []),
        ("!?*", []),
        ("_", []),
    ],
)
async def test_words_find_releases(stocked: Storage, words: str, keys: list[str]) -> None:
    """All the words, in any order, case or accent; ё and е are one; nothing is no near miss."""
    assert await found(stocked, words) == keys


@pytest.mark.parametrize(
    "words",
    ["lawyer OR nothing", "lawyer NOT london", "NEAR(lawyer london)", "title: london", "title:vote",
     "law*", "^london", "london AND", "-london", "(london", '"london', "lawyer\0london", "{a b}"],
)  # fmt: skip
async def test_the_indexs_own_syntax_means_nothing(stocked: Storage, words: str) -> None:
    """Operators of the index are words like any other: nothing fails."""
    found = await stocked.search.find(words, 10)
    total, hits = found.total, found.hits

    assert total == len(hits)


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example("\0")
@example("'\";--")
@example("\ud800")
@example("👩‍👩‍👧‍👦 london")
@example("a\nb\r\nc\td")
@example('"' * 999)
@example("x" * 100_000)
@example(" ".join(["london"] * 5000))
@example("½ ² ª _ __ ٣ Ⅷ")
@example("before:0001-01-01")
@example("court after:9999-12-31 -before:0001")
@given(words=st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)))
async def test_any_text_is_answered(stocked: Storage, words: str) -> None:
    """Whatever is typed is an answer, never an error; its years add up to what was found."""
    found = await stocked.search.find(words, 3)
    years = await stocked.search.years(words)

    assert found.total >= len(found.hits)
    assert found.total == sum(count for _, count in years)


async def test_the_hit_is_in_bold(stocked: Storage) -> None:
    """The snippet marks every word that was asked for, as it stands in the text."""
    [hit] = (await stocked.search.find("артемов суде", 10)).hits

    assert bold(hit) == ["Артёмов", "суде"]
    assert hit.snippet.text == "Адвокат Артёмов выступил в суде."


async def test_a_snippet_is_short_and_on_one_line(storage: Storage) -> None:
    """Of a long body the words around the hit are shown, on one line."""
    body = "\n\n".join(["filler words"] * 200 + ["here stands the needle", "filler words"] * 3)
    await keep(storage, draft(body=body, key="k"))
    [hit] = (await storage.search.find("needle", 10)).hits

    assert set(bold(hit)) == {"needle"}
    assert len(hit.snippet.text) < 300
    assert hit.snippet.text.startswith("…")
    assert "\n" not in hit.snippet.text
    assert "  " not in hit.snippet.text


async def test_a_hit_in_the_title_alone_has_a_snippet_without_marks(stocked: Storage) -> None:
    """Where only the title has the word the body's beginning is shown."""
    [hit] = (await stocked.search.find("vote paris", 10)).hits

    assert hit.snippet.text == "Parliament voted on sanctions; London watched."


@given(text=st.text(st.sampled_from("ab \n\x02\x03"), max_size=30))
def test_marks_become_sound_spans(text: str) -> None:
    """Whatever marks stand in a snippet, its spans are within the text, and no mark is left."""
    snippet = marked(text)

    assert not set(snippet.text) & {"\x02", "\x03"}
    assert all(0 <= s.start < s.end <= len(snippet.text) for s in snippet.spans)


def test_marks_are_where_the_words_are() -> None:
    """Spaces that are drawn together do not move the marks."""
    snippet = marked("a \n \x02bc\x03  d \x02e\x03\x02f\x03")

    assert snippet.text == "a bc d ef"
    assert snippet.spans == (
        Span(2, 4, Style.BOLD), Span(7, 8, Style.BOLD), Span(8, 9, Style.BOLD),
    )  # fmt: skip


async def test_common_words_are_sorted_by_date(storage: Storage) -> None:
    """A word that is nearly everywhere ranks nothing: the newest come first; a rare one ranks."""
    await keep(
        storage,
        *(
            draft(f"R{i}", "campaign " * (1 + i % 5) + f"number {i}", key=f"{i}", at=NOON + i * DAY)
            for i in range(40)
        ),
        draft("Rare", "quartz", key="old", at=NOON - DAY),
        draft("Quartz quartz", "quartz quartz", key="older", at=NOON - 2 * DAY),
    )
    result = await storage.search.find("campaign", 5)
    total, hits = result.total, result.hits

    assert total == 40
    assert [h.release.title for h in hits] == ["R39", "R38", "R37", "R36", "R35"]
    assert await found(storage, "quartz") == ["older", "old"]


async def test_pages_follow_on(storage: Storage) -> None:
    """Pages of results neither repeat nor leave out; the total is the same on each."""
    await keep(
        storage, *(draft(f"R{i}", "needle", key=f"{i}", at=NOON + i * DAY) for i in range(7))
    )
    pages = [await storage.search.find("needle", 3, skip) for skip in (0, 3, 6, 9)]

    assert [page.total for page in pages] == [7, 7, 7, 7]
    assert [len(page.hits) for page in pages] == [3, 3, 1, 0]
    assert len({h.release.id for page in pages for h in page.hits}) == 7


async def test_the_index_follows_an_edit(storage: Storage) -> None:
    """Old words are not found any more, new ones are, through edits, moves and richer sources."""
    await keep(storage, draft("Ёлка", "первый", key="k"))
    await keep(storage, draft("Берёза", "второй", key="k", at=NOON + DAY))

    assert await found(storage, "елка") == []
    assert await found(storage, "первый") == []
    assert await found(storage, "береза второй") == ["k"]
    async with storage.database.write() as tx:
        await tx.run(
            "INSERT INTO release_words (release_words, rank) VALUES ('integrity-check', 0)"
        )


def bold(hit: Hit) -> list[str]:
    return [hit.snippet.text[s.start : s.end] for s in hit.snippet.spans]
