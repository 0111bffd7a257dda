"""What the index is asked: every query is an expression that it takes, whatever was typed."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from storage.search.expression import expression, unwanted
from storage.search.query import Query, parse

TOKENS = "tokenize = 'porter unicode61 remove_diacritics 2'"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("london court", '("london") AND ("court")'),
        ("a OR b c", '("a" OR "b") AND ("c")'),
        ("a -b", '(("a")) NOT ("b")'),
        ('intitle:"a b" OR c', '({title} : "a b" OR "c")'),
        ("Магнитского", '("магнитск")'),
        ("карпов", '("карп" OR "карпов")'),
        ("Карпов", '("карпов")'),
        ('"в Суде"', '("в суд")'),
        ("year:2014 -a", ""),
        ("", ""),
    ],
)
def test_the_index_is_asked(text: str, expected: str) -> None:
    """The expression has every word in quotes, in the form in which it is indexed."""
    assert expression(parse(text)) == expected


def test_names_stand_in_for_terms() -> None:
    """Where a term is a name, the releases' own spellings are looked for in its place."""
    query = parse("browder -court intitle:Браудер")
    [name], [titled] = query.groups
    spelled = {name: ["Browder", "Браудер", "Браудера"], titled: ["Bill-Browder"]}

    assert (
        expression(query, spelled)
        == '(("Browder" OR "браудер") AND ({title} : "Bill Browder")) NOT ("court")'
    )
    assert unwanted(query) == '("court")'
    assert unwanted(parse("a")) == ""


@pytest.fixture(scope="module")
def words() -> Iterator[sqlite3.Connection]:
    """An index as the releases have it, with one text in it."""
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE VIRTUAL TABLE words USING fts5 (title, body, {TOKENS})")
    connection.execute("INSERT INTO words VALUES ('Court', 'a london суд 1 x')")
    yield connection
    connection.close()


PIECES = [
    *'"“”«»„-–−—:()*^+{}[]\\/|&!?.,;~@#$%\'’`_=<>', "\0", "\n", "\r", "\t", " ", "  ", "\ud800",
    "\udfff", "\u200b", "\u202e", "\ufeff", "👩‍👩‍👧‍👦", "👍", "½", "Ⅷ", "٣", "ß", "ё", "е\u0308",
    "ﬁ", "字", "OR", "NOT", "AND", "NEAR", "ИЛИ", "НЕ", "И", "year:", "intitle:", "after:",
    "2014", "..", "9999-12", "sort:", "lang:", "title:", "court", "суд", "Карпов", "'s", "x" * 300,
    "\ue000", "\U0010ffff",
]  # fmt: skip


def test_sixty_thousand_random_texts_are_answered(words: sqlite3.Connection) -> None:
    """Whatever pieces are put together: it is parsed, and the index takes the expression."""
    chance = random.Random(8)
    for _ in range(60_000):
        text = "".join(chance.choices(PIECES, k=chance.randint(0, 8)))
        ask(words, parse(text))


@settings(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example("year:٢٠١٤ ²")
@example("-" * 5000 + '"' * 999)
@example("intitle:" * 2000)
@example("a:" * 9999)
@given(text=st.text())
def test_any_text_is_answered(words: sqlite3.Connection, text: str) -> None:
    """Nothing that can be typed fails, and its terms are words that the database can hold."""
    query = parse(text)
    ask(words, query)

    for term in (*(t for group in query.groups for t in group), *query.without):
        assert term.words
        assert all(term.words)
        term.text.encode()


def ask(words: sqlite3.Connection, query: Query) -> None:
    for asked in (expression(query), unwanted(query)):
        if asked:
            words.execute("SELECT count(*) FROM words WHERE words MATCH ?", (asked,)).fetchone()
