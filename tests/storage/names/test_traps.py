"""What only looks like a person's name: things called after somebody, a sentence's first word."""

from __future__ import annotations

import pytest

from storage.search.names.layouts import layouts
from storage.search.names.mentions import ALONE, ATTRIBUTE, SURE, UNSURE, mentions
from storage.search.names.patronymics import is_patronymic
from storage.search.names.slips import slips, sounds_alike, swapped


def weighed(body: str, name: str) -> tuple[str, int]:
    """The given name and the weight of the name's surest mention in a release with this body."""
    found = [one for one in mentions("", body) if one.word == name]
    return max(((one.given, one.weight) for one in found), key=lambda one: one[1])


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("The Varlamov Act was passed.", "Varlamov"),
        ("It went to the Varlamov Justice Fund.", "Varlamov"),
        ("Закон Варламова принят.", "Варламова"),
        ("Премия Варламова вручена.", "Варламова"),
        ("The Varlamov-Act was passed.", "Varlamov-Act"),
    ],
)
def test_things_called_after_somebody_are_no_persons(body: str, name: str) -> None:
    """Neither an article nor the thing is taken for a given name."""
    given, weight = weighed(body, name)
    assert ("", True) == (given, weight <= 2 * ATTRIBUTE + 1)


def test_a_whole_name_may_be_a_things_too() -> None:
    """An act with the whole name counts less than the person."""
    _, thing = weighed("They passed the Oleg Varlamov Act.", "Varlamov")
    _, person = weighed("They met Oleg Varlamov there.", "Varlamov")
    assert thing < person


@pytest.mark.parametrize(
    ("body", "weight"),
    [
        ("Best regards to all.", UNSURE),
        ("Best said no.", 2 * ALONE),
        ("Best’s letter is here.", 2 * ALONE),
        ("They asked Best again.", 2 * ALONE),
        ("They asked Mr Best again.", SURE),
    ],
)
def test_a_first_word_may_be_no_name(body: str, weight: int) -> None:
    """A word that begins a sentence is believed where the sentence goes on as of somebody."""
    assert ("", weight) == weighed(body, "Best")


def test_particles_stand_between() -> None:
    """The given name is found beyond the small words before a surname."""
    assert "Anton" == weighed("It was Anton van der Berg.", "Berg")[0]
    assert "Марк" == weighed("Это был Марк фон Берг.", "Берг")[0]


@pytest.mark.parametrize("word", ["Лукич", "Ильичом", "Никитича", "Палыч", "Ilyich", "Сергеевна"])
def test_patronymics(word: str) -> None:
    """Short forms and cases are known."""
    assert is_patronymic(word)


def test_what_a_finger_does_not_do() -> None:
    """Whole letters more, or a wrong beginning and one more slip, make another name."""
    assert slips("варламулин", "варламин") is None
    assert slips("гарламво", "варламов") is None
    assert 1 == slips("варламво", "варламов")
    assert 2 == slips("варрламво", "варламов")


def test_what_is_heard_alike() -> None:
    """Vowels that are heard alike do not make another name; other letters do."""
    assert sounds_alike("ворламов", "варламов")
    assert sounds_alike("варламмов", "варламов")
    assert not sounds_alike("варданов", "варламов")
    assert swapped("valramov", "varlamov")
    assert not swapped("varlamov", "vorlagov")


def test_no_latin_word_has_signs_in_it() -> None:
    """Letters that are signs on the other keyboard were meant as letters."""
    assert () == layouts("бергстрём")


@pytest.mark.parametrize(
    ("asked", "name"), [("яшкин", "яшин"), ("чириков", "чирикова"), ("раков", "раов")]
)
def test_a_letter_more_makes_another_name(asked: str, name: str) -> None:
    """But one that was typed twice, or lost."""
    assert (None, 1) == (slips(asked, name), slips(asked + asked[-1], asked))
