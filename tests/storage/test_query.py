"""The query language: operators are understood, everything else is words, and nothing fails."""

from __future__ import annotations

from datetime import date

import pytest

from storage.model import Missing, Order
from storage.search.query import LONGEST_WORD, MOST_WORDS, Term, parse
from storage.search.values import Dates


def said(text: str) -> str:
    """What is looked for, written shortly: OR by a stroke, phrases with a point in between."""
    query = parse(text)
    groups = ["|".join(_short(term) for term in group) for group in query.groups]
    return " ".join([*groups, *(f"-{_short(term)}" for term in query.without)])


def _short(term: Term) -> str:
    quoted = '"' if term.phrase else ""
    return f"{'title:' if term.title else ''}{quoted}{'.'.join(term.words)}{quoted}"


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("london court", "london court"),
        ("London london LONDON", "London london LONDON"),
        ("court court", "court"),
        ("lawyer's Magnitsky’s", "lawyer Magnitsky"),
        ("100% (sure)!", "100 sure"),
        ("2014", "2014"),
        ("Kara-Murza", "Kara.Murza"),
        ("Kara–Murza", "Kara.Murza"),
        ("О’Коннор", "О.Коннор"),
        ("П.А.Карпов", "П А Карпов"),
        ("cafe\u0301", "café"),
        ("ＬＯＮＤＯＮ　１２", "LONDON 12"),
        # phrases
        ('"rule of law"', '"rule.of.law"'),
        ("“rule of law” court", '"rule.of.law" court'),
        ("«верховенство права» и „дело“", '"верховенство.права" и "дело"'),
        ('"rule of', "rule of"),
        ('5" barrel', "5 barrel"),
        ('"lawyer\'s oath"', '"lawyer.s.oath"'),
        ('"rule\nof law"', '"rule.of.law"'),
        ('""', ""),
        ('"london"', '"london"'),
        # exclusions
        ("court -london", "court -london"),
        ("-london court", "court -london"),
        ("court –london", "court -london"),
        ("court −london", "court -london"),
        ("court －london", "court -london"),
        ('court -"rule of law"', 'court -"rule.of.law"'),
        ("court —london", "court london"),
        ("court - london", "court london"),
        ("court --london", "court london"),
        ("one-two", "one.two"),
        ("court NOT london", "court -london"),
        ("суд НЕ лондон", "суд -лондон"),
        ("court not london", "court not london"),
        ("court NOT NOT london", "court -london"),
        ("court NOT -london", "court -london"),
        ('court NOT "rule of law" paris', 'court paris -"rule.of.law"'),
        # either, both
        ("london paris OR berlin", "london paris|berlin"),
        ("london OR paris OR berlin court", "london|paris|berlin court"),
        ("суд ИЛИ дело", "суд|дело"),
        ("london or paris", "london or paris"),
        ('"a b" OR c', '"a.b"|c'),
        ("a OR a", "a"),
        ("OR london", "london"),
        ("london OR", "london"),
        ("a OR OR b", "a|b"),
        ("a OR -b c", "a c -b"),
        ("a -b OR c", "a c -b"),
        ("a OR ! b", "a|b"),
        ("a OR year:2014 b", "a b"),
        ("london AND paris", "london paris"),
        ("суд И дело", "суд дело"),
        ("a NEAR b", "a NEAR b"),
        # titles
        ("intitle:court london", "title:court london"),
        ("Intitle:court", "title:court"),
        ("intitle: court", "title:court"),
        ('intitle:"rule of law"', 'title:"rule.of.law"'),
        ("заголовок:суд", "title:суд"),
        ("Заголовок:«суд идёт»", 'title:"суд.идёт"'),
        ("-intitle:court london", "london -title:court"),
        ("intitle:a OR intitle:b", "title:a|title:b"),
        # no operators
        ("foo:bar", "foo bar"),
        ("title:vote", "title vote"),
        ("https://example.org/a", "https example org a"),
        ("12:30", "12 30"),
        ("year:foo", "year foo"),
        ("after:2014-13", "after 2014.13"),
        ("date:2014-02-30", "date 2014.02.30"),
        ("lang:klingon", "lang klingon"),
        ("sort:sideways", "sort sideways"),
        ("year:", "year"),
        ("intitle:", "intitle"),
        ("myyear:2014", "myyear 2014"),
        ("a year:0000", "a year 0000"),
        ("a -year:2014", "a"),
    ],
)  # fmt: skip
def test_words_and_operators(text: str, asked: str) -> None:
    """Each piece of the query is what people mean by it."""
    assert said(text) == asked


@pytest.mark.parametrize(
    ("text", "after", "before"),
    [
        ("year:2014", date(2014, 1, 1), date(2015, 1, 1)),
        ("Year: 2014", date(2014, 1, 1), date(2015, 1, 1)),
        ("год:2014", date(2014, 1, 1), date(2015, 1, 1)),
        ("year:2012..2014", date(2012, 1, 1), date(2015, 1, 1)),
        ("year:2012-2014", date(2012, 1, 1), date(2015, 1, 1)),
        ("year:2012–2014", date(2012, 1, 1), date(2015, 1, 1)),
        ("year:2012…2014", date(2012, 1, 1), date(2015, 1, 1)),
        ("year:2012..", date(2012, 1, 1), None),
        ("year:..2014", None, date(2015, 1, 1)),
        ("year:*..2014", None, date(2015, 1, 1)),
        ("after:2014", date(2014, 1, 1), None),
        ("after:2014-03", date(2014, 3, 1), None),
        ("после:2014-03-15", date(2014, 3, 15), None),
        ("before:2014", None, date(2014, 1, 1)),
        ("до:2014-03", None, date(2014, 3, 1)),
        ("before:2014-03-15", None, date(2014, 3, 15)),
        ("after:2014-03 before:2014-05", date(2014, 3, 1), date(2014, 5, 1)),
        ("date:2014-02", date(2014, 2, 1), date(2014, 3, 1)),
        ("date:2014-12", date(2014, 12, 1), date(2015, 1, 1)),
        ("дата:2014-02-28", date(2014, 2, 28), date(2014, 3, 1)),
        ("date:2014-02..2014-04", date(2014, 2, 1), date(2014, 5, 1)),
        ("date:15.03.2014", date(2014, 3, 15), date(2014, 3, 16)),
        ("date:03.2014", date(2014, 3, 1), date(2014, 4, 1)),
        ("date:2014/3/15", date(2014, 3, 15), date(2014, 3, 16)),
        ("year:2014.", date(2014, 1, 1), date(2015, 1, 1)),
        ("year:9999", date(9999, 1, 1), None),
        ("date:9999-12-31", date(9999, 12, 31), None),
        ("year:0001", date(1, 1, 1), date(2, 1, 1)),
        ("year:2014 after:2014-06", date(2014, 6, 1), date(2015, 1, 1)),
        ("year:2014..2012", date(2012, 1, 1), date(2015, 1, 1)),
    ],
)
def test_dates(text: str, after: date | None, before: date | None) -> None:
    """A range begins with its first day, and ends before the day behind its last; words or none."""
    for query in (parse(text), parse(f"court {text} london")):
        assert (Dates(after, before),) == query.dates
        assert query.missing is None
    assert said(f"court {text} london") == "court london"
    assert said(text) == ""


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("lang:ru", {"ru"}),
        ("lang:RU", {"ru"}),
        ("язык:русский", {"ru"}),
        ("язык:английский", {"en"}),
        ("lang:english", {"en"}),
        ("lang:en-GB", {"en"}),
        ("lang:ru,en", {"ru", "en"}),
        ("lang:ru lang:en", {"ru", "en"}),
    ],
)
def test_languages(text: str, languages: set[str]) -> None:
    """Languages by code or name, in either tongue; several are all meant."""
    assert languages == parse(text).languages


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("a sort:new", Order.NEW), ("a sort:old", Order.OLD), ("a sort:best", Order.BEST),
        ("a Sort:Newest", Order.NEW), ("a порядок:новые", Order.NEW),
        ("a порядок:старые", Order.OLD), ("a порядок:лучшие", Order.BEST),
        ("a sort:new sort:old", Order.OLD), ("a", None),
    ],
)  # fmt: skip
def test_orders(text: str, order: Order | None) -> None:
    """The order is taken out of the words; the last one counts."""
    assert parse(text).order is order
    assert said(text) == "a"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", Missing.WORDS), ("  \n", Missing.WORDS), ("OR", Missing.WORDS),
        ("NOT", Missing.WORDS), ("НЕ", Missing.WORDS), ("AND", Missing.WORDS),
        ("-", Missing.WORDS), ('"', Missing.WORDS), ('""', Missing.WORDS), ("👍", Missing.WORDS),
        ("\0", Missing.WORDS), ("sort:new", Missing.WORDS), ("_", Missing.WORDS),
        ("-london", Missing.WANTED), ("NOT london", Missing.WANTED),
        ('-"a b" -c', Missing.WANTED), ("sort:new -london", Missing.WANTED),
        ("london", None), ("year:2014", None), ("lang:ru", None), ("year:2014 -london", None),
    ],
)  # fmt: skip
def test_what_asks_for_nothing(text: str, missing: Missing | None) -> None:
    """Without a word, a date or a language there is nothing to look for, and it is known why."""
    assert parse(text).missing is missing


def test_the_written_form_is_kept() -> None:
    """A term remembers what was typed, for the name engine and for sentences."""
    [[first], [second]] = parse('Kara-Murza’s "Rule  of Law"').groups

    assert (first.text, first.phrase) == ("Kara-Murza", False)
    assert (second.text, second.phrase) == ("Rule of Law", True)


def test_a_novel_is_cut() -> None:
    """A pasted text has bounded terms and words; a word of bounded length."""
    query = parse(" ".join(f"w{n}" for n in range(9999)))
    quoted = parse('"' + " ".join(f"w{n}" for n in range(200)) + '"')
    [[long]] = parse("x" * 100_000).groups

    assert len(query.groups) == MOST_WORDS
    assert [len(term.words) for [term] in quoted.groups] == [MOST_WORDS]
    assert long.words == ("x" * LONGEST_WORD,)
    assert len(long.text) <= 2 * LONGEST_WORD


def test_filters_are_excluded_and_joined() -> None:
    """A minus takes dates and languages out; OR joins dates; a range may run backwards."""
    of_2014 = Dates(date(2014, 1, 1), date(2015, 1, 1))
    of_2016 = Dates(date(2016, 1, 1), date(2017, 1, 1))

    assert (of_2014,) == parse("court -year:2014").without_dates
    assert frozenset({"ru"}) == parse("суд -язык:ru").without_languages
    assert (of_2014, of_2016) == parse("year:2014 OR year:2016 court").dates
    assert parse("-year:2014").missing is Missing.WANTED


def test_no_day_is_before_the_first() -> None:
    """A range that no day is in has ends that no day is between."""
    [dates] = parse("before:0001-01-01").dates
    first, last = dates.ends

    assert last < first
