"""The rules of anniversaries: which year is meant, which releases mark it, what they are to it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.anniversaries import Reason, Role, Why, day_in, marking, number_of, window, year_of
from storage.model import Event, Release, RichText
from tests.benchmarks.anniversaries_adapter import detect

EVENT = Event("lind", date(2009, 11, 16), ("Lind", "Линд"))
TODAY = date(2026, 11, 23)
BENCH = Path(__file__).parents[3] / "shared" / "bench" / "anniversaries"


def release(day: str, title: str, body: str = "", number: int = 1) -> Release:
    return Release(
        number, "k", "a", "", title, RichText(body), "en", date.fromisoformat(day), None, 1, False
    )


def meant(words: str, today: date = TODAY) -> int | Reason:
    """The number of the anniversary that these words mean, or why there is none."""
    found = year_of(EVENT, words, today)
    return found.reason if isinstance(found, Why) else number_of(EVENT, found)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("5", 5), ("5th", 5), ("5 th", 5), ("5ᵗʰ", 5), ("Fifth", 5), ("five", 5), ("2014", 5),
        ("5th anniversary", 5), ("twelfth", 12), ("twenty-first", Reason.FUTURE),
        ("пятая", 5), ("5-я", 5), ("5-я годовщина", 5), ("пять", 5), ("третья", 3),
        ("четвёртая", 4), ("четвертая годовщина", 4), ("в 2014 году", 5), ("десятилетие", 10),
        ("17", 17), ("18", Reason.FUTURE), ("2029", Reason.FUTURE), ("9" * 5000, Reason.FUTURE),
        ("2009", Reason.ITSELF), ("0", Reason.ITSELF), ("2008", Reason.BEFORE),
        ("-5", Reason.BEFORE), ("hello", Reason.UNCLEAR), ("?", Reason.UNCLEAR), ("²", 2),
    ],
)  # fmt: skip
def test_what_was_asked_for(words: str, number: int | Reason) -> None:
    """Numbers, words and years are understood in both languages; the rest says why not."""
    assert meant(words) == number


@pytest.mark.parametrize(
    ("today", "number"),
    [
        (date(2014, 10, 31), 4), (date(2014, 11, 1), 5), (date(2014, 11, 16), 5),
        (date(2015, 1, 20), 5), (date(2010, 1, 1), Reason.ITSELF), (date(2010, 11, 16), 1),
    ],
)  # fmt: skip
def test_without_a_word_the_current_one_is_meant(today: date, number: int | Reason) -> None:
    """From the first of its month the coming anniversary is the current one, else the last."""
    assert meant("", today) == number


def test_the_future_says_when() -> None:
    """The day asked for is named, and how many days are left; too far away, only that."""
    assert year_of(EVENT, "20", TODAY) == Why(Reason.FUTURE, date(2029, 11, 16), 1089)
    assert year_of(EVENT, "123456", TODAY) == Why(Reason.FUTURE)


def test_before_the_first_says_which_was_the_first() -> None:
    """The day of the first anniversary comes along, with the days to it while it is to come."""
    assert year_of(EVENT, "2009", TODAY) == Why(Reason.ITSELF, date(2010, 11, 16), 0)
    assert year_of(EVENT, "", date(2010, 11, 1)) == 2010
    assert year_of(EVENT, "0", date(2010, 11, 1)) == Why(Reason.ITSELF, date(2010, 11, 16), 15)


@given(st.text())
def test_any_words_have_an_answer(words: str) -> None:
    """Nothing that can be typed raises."""
    year_of(EVENT, words, TODAY)


def test_a_leap_day_is_kept_on_the_28th() -> None:
    """An event of 29 February has its day in common years too."""
    event = Event("leap", date(2012, 2, 29))

    assert [day_in(event, 2015), day_in(event, 2016)] == [date(2015, 2, 28), date(2016, 2, 29)]


def test_the_window_is_sixty_days_each_way() -> None:
    """Releases from mid-September to mid-January can belong to an anniversary in November."""
    assert window(EVENT, 2014) == (date(2014, 9, 17), date(2015, 1, 15))


@pytest.mark.parametrize(
    ("day", "title", "body", "role"),
    [
        ("2014-11-16", "Statement on the 5th Anniversary of Ada Lind’s Death", "", Role.STATEMENT),
        ("2014-11-10", "Invitation: the Fifth Anniversary of Ada Lind’s Death", "", Role.EVENT),
        ("2014-11-20", "Cities Marked the 5th Anniversary of Lind’s Death", "", Role.COVERAGE),
        ("2014-11-16", "Пятая годовщина гибели Ады Линд", "", Role.STATEMENT),
        ("2014-11-16", "Five Years without Ada Lind", "", Role.STATEMENT),
        ("2014-11-17", "In Memory", "Five years ago Ada Lind died.", Role.STATEMENT),
        ("2014-11-16", "Statement on the Fiveth Aniversary of Lind’s Death", "", Role.STATEMENT),
    ],
)
def test_what_marks_an_anniversary(day: str, title: str, body: str, role: Role) -> None:
    """A cue and the day make it one, and the title tells a statement from an invitation."""
    found = marking(EVENT, 2014, [release(day, title, body)])

    assert [(mark.role, mark.stated_number) for mark in found] == [(role, None)]


@pytest.mark.parametrize(
    ("day", "title", "body"),
    [
        ("2014-11-16", "Parliament Debates the Lind Report", ""),
        ("2014-11-12", "Deputies Write to the Minister", "Since Ada Lind’s death five years ago …"),
        ("2014-11-16", "First Anniversary of the Killing of Bo Berg", "He was a friend."),
        ("2014-05-05", "Fifth Anniversary of Ada Lind’s Death", ""),
        ("2014-11-20", "Council Marks Its 65th Anniversary with Lind Debate", ""),
        ("2014-11-20", "The 20th Anniversary of the Prize that Lind Won", ""),
        ("2014-10-01", "Five Years since Lind", ""),
    ],
)
def test_what_does_not(day: str, title: str, body: str) -> None:
    """A date alone, a weak cue far away, another's anniversary or another season never count."""
    assert marking(EVENT, 2014, [release(day, title, body)]) == []


def test_a_number_that_is_off_by_one_is_kept() -> None:
    """A slip in the title is shown as it stands, beside the year's own number."""
    title = "Statement on the 6th Anniversary of Ada Lind’s Death"
    found = marking(EVENT, 2014, [release("2014-11-16", title)])

    assert [mark.stated_number for mark in found] == [6]


def test_statements_first_then_the_nearest() -> None:
    """Statement, event, coverage; among equals the nearest to the day."""
    releases = [
        release("2014-11-20", "Cities Marked the Anniversary of Lind’s Death", number=1),
        release("2014-11-12", "Invitation: Anniversary of Lind’s Death", number=2),
        release("2014-11-19", "The Anniversary of Lind’s Death: a Word", number=3),
        release("2014-11-16", "The Anniversary of Lind’s Death", number=4),
    ]

    assert [mark.release.id for mark in marking(EVENT, 2014, releases)] == [4, 3, 2, 1]


def test_real_titles() -> None:
    """On labelled titles of a real campaign the event, the number and the role are right."""
    if not BENCH.exists():
        pytest.skip("the labelled titles are not beside this checkout")
    cases = [json.loads(line) for line in (BENCH / "dev.jsonl").read_text("utf-8").splitlines()]
    ours = [case for case in cases if case["event"] == "death"]
    found = [detect(case["title"], case["lead"], case["date"], case["lang"]) for case in ours]
    wanted = [{key: case[key] for key in ("event", "n", "role")} for case in ours]
    wrong = [
        case["title"]
        for case in cases
        if case["event"] != "death"
        and (seen := detect(case["title"], case["lead"], case["date"], case["lang"]))
        and seen["event"] == "death"
    ]

    assert wanted == found
    assert [] == wrong
