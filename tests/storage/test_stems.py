"""Words as they are indexed: forms of a word are one, and every word stays in its place."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from storage.search.stems import WORD, stemmed, terms, ways


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    """The tokens of texts, as the index counts them."""
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE words"
        " USING fts5 (text, tokenize = 'porter unicode61 remove_diacritics 2')"
    )
    connection.execute("CREATE VIRTUAL TABLE seen USING fts5vocab (words, instance)")
    yield connection
    connection.close()


def tokens(index: sqlite3.Connection, text: str) -> list[str]:
    index.execute("DELETE FROM words")
    index.execute("INSERT INTO words VALUES (?)", (text,))
    return [row[0] for row in index.execute("SELECT term FROM seen ORDER BY offset")]


MIXED = st.text(
    st.sampled_from(
        "абёйЁЙиеіїґѐѝԀћabZéßł19٣½_-’.\u0300\u0301\u0306\u0308\u0331\u0345\u0483\u093c\0 \ue000"
    ),
    max_size=30,
)


@settings(
    max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example("и\u0306од Магни\u0301тский е\u0308лка")
@example("Толокoнникова аbв a\u0301б б\u0301a")
@given(text=st.one_of(MIXED, st.text(st.characters(exclude_categories=["Cs"]))))
def test_each_word_stays_one_word(index: sqlite3.Connection, text: str) -> None:
    """The text that is shown and the text that is indexed have the same number of words."""
    assert len(tokens(index, stemmed(text))) == len(tokens(index, text))


@settings(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(st.sampled_from("абкёйовиaбeZé19_-’. \u0301\u0306\u0308"), max_size=30))
def test_a_query_cuts_words_as_the_index_does(index: sqlite3.Connection, text: str) -> None:
    """A word of the query is one word to the index."""
    assert len(WORD.findall(stemmed(text))) == len(tokens(index, stemmed(text)))


@pytest.mark.parametrize(
    "forms",
    [
        "суд суда суду судом суде",
        "Магнитский Магнитского Магнитскому Магнитским Магнитском МАГНИТСКИЙ",
        "Карпов Карпова Карпову Карповым Карпове КАРПОВ",
        "ёлка елка ЁЛКА",
        "Путин Путина Путину Путиным",
        "санкции санкций санкциями",
        "lawyer lawyers LAWYERS",
        "café cafe Cafés",
        "domov",
    ],
)
def test_forms_of_a_word_are_one(index: sqlite3.Connection, forms: str) -> None:
    """However a word ends, it is found; its terms outside the index agree."""
    assert len(set(tokens(index, stemmed(forms)))) == 1
    assert len(terms(forms)) == 1


@pytest.mark.parametrize("word", ["Йод", "Всё", "Магнитский", "ёлка", "café", "Ѝ", "ї"])
def test_decomposed_letters_are_the_same(index: sqlite3.Connection, word: str) -> None:
    """What one device types in two pieces, and another in one, is one word."""
    apart = unicodedata.normalize("NFD", word)

    assert tokens(index, stemmed(apart)) == tokens(index, stemmed(word))
    assert terms(apart) == terms(word)


def test_stress_marks_are_nothing(index: sqlite3.Connection) -> None:
    """Encyclopaedias mark the stress; readers do not type it."""
    assert tokens(index, stemmed("Магни\u0301тский")) == tokens(index, stemmed("магнитский"))


@pytest.mark.parametrize("word", ["is", "as", "us", "és", "øs", "his", "ties", "s" * 70, "ed" * 40])
def test_terms_are_what_the_index_has(index: sqlite3.Connection, word: str) -> None:
    """Very short words and very long ones keep their endings there, and here."""
    assert list(terms(word)) == tokens(index, stemmed(word))


def test_a_name_is_no_common_word() -> None:
    """With a capital Карпов is a person and no fish; in small letters it may be either."""
    assert stemmed("Карпов") != stemmed("карпы")
    assert ways("Карпов") == (stemmed("Карпов"),)
    assert set(ways("карпов")) == {stemmed("Карпов"), stemmed("карпы")}
    assert ways("суд") == ("суд",)
    assert ways("court") == ("court",)


def test_other_scripts_are_left_alone() -> None:
    """Words in two scripts, other tongues' letters and numbers stand as they were."""
    text = "Court Толокoнникова Україна 5-я 2014 – 字 naïve"

    assert stemmed(text) == text
