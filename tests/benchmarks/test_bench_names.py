"""Names are found: a small archive of invented persons, asked for as people type."""

from __future__ import annotations

from statistics import fmean

import pytest

from tests.benchmarks.bench_names import fuzzed, lines
from tests.benchmarks.names.build import Set, built, people
from tests.benchmarks.names.declension import forms
from tests.benchmarks.names.queries import queries
from tests.benchmarks.names.scoring import Score, Search, scored
from tests.benchmarks.names.spelling import transliterated
from tests.benchmarks.names_adapter import make

SEED = 7
CLASSES = 15
LEAST = {"exact_full": 0.97, "surname": 0.95, "cyr_nom": 0.95, "cyr_infl": 0.95, "translit": 0.9}


@pytest.fixture(scope="module")
def archive() -> Set:
    return built(SEED, releases=200, distractors=150)


@pytest.fixture(scope="module")
def search(archive: Set) -> Search:
    return make(archive.releases)


@pytest.fixture(scope="module")
def score(archive: Set, search: Search) -> Score:
    return scored(search, queries(archive, SEED))


def test_names_are_found(score: Score) -> None:
    """Nearly every spelling of a name leads to its releases, before all others."""
    assert score.whole > 0.88, "\n".join(lines(score))
    assert len(score.classes) == CLASSES


@pytest.mark.parametrize("kind", LEAST)
def test_the_plain_ways_do_not_fail(score: Score, kind: str) -> None:
    """A right release comes first where the name is spelled by the rules."""
    assert fmean(score.classes[kind].rank) >= LEAST[kind]


def test_what_is_not_there_is_not_found(score: Score) -> None:
    """A name near to one of the archive, but nobody's, has no result."""
    assert score.false <= 0.05


def test_no_string_raises(search: Search) -> None:
    """Whatever is typed has an answer."""
    assert [] == fuzzed(search, 200, SEED)[1]


def test_the_set_is_the_same_each_time(archive: Set) -> None:
    """A seed gives one set, and everybody in it is mentioned."""
    again = built(SEED, releases=200, distractors=150)

    assert archive.releases == again.releases
    assert [] == [one.surname for one in people() if not archive.mentions[one]]


@pytest.mark.parametrize(
    ("name", "sex", "part", "expected"),
    [
        ("Яворский", "m", "surname", "Яворский Яворского Яворскому Яворского Яворским Яворском"),
        ("Лебедева", "f", "surname", "Лебедева Лебедевой Лебедевой Лебедеву Лебедевой Лебедевой"),
        ("Ольга", "f", "given", "Ольга Ольги Ольге Ольгу Ольгой Ольге"),
        ("Ткаченко", "f", "surname", "Ткаченко Ткаченко Ткаченко Ткаченко Ткаченко Ткаченко"),
        ("Шевчук", "m", "surname", "Шевчук Шевчука Шевчуку Шевчука Шевчуком Шевчуке"),
    ],
)
def test_case_forms_are_right(name: str, sex: str, part: str, expected: str) -> None:
    """The yardstick itself knows its grammar."""
    assert expected.split() == list(forms(name, sex, part).values())


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ("german", "Schtscherbakow"), ("polish", "Szczerbakow"), ("french", "Chtcherbakov"),
        ("iso9", "Ŝerbakov"), ("passport", "Shcherbakov"),
    ],
)  # fmt: skip
def test_transliterations_are_right(scheme: str, expected: str) -> None:
    """The yardstick itself knows the published tables."""
    assert expected == transliterated("Щербаков", scheme)
