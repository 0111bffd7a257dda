"""One name in every script and spelling leads to one key; another name does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.search.names.cases import undone
from storage.search.names.ears import ears, heard
from storage.search.names.fold import readings
from storage.search.names.keys import keys
from storage.search.names.layouts import layouts
from storage.search.names.letters import clean, whole
from storage.search.names.slips import slips


def met(one: str, other: str) -> bool:
    return bool(keys(one).keys() & keys(other).keys())


@pytest.mark.parametrize(
    ("name", "spellings"),
    [
        ("Хрущёв", "Khrushchev Chruschtschow Chruszczow Hruŝëv Khrouchtchev Хрущева"),
        ("Жуков", "Zhukov Schukow Żukow Joukov Zjukov Жуковым ЖУКОВ"),
        ("Чайковский", "Tchaikovsky Chaikovskiy Tschaikowski Czajkowski Čajkovskij Чайковскому"),
        ("Цветаева", "Tsvetaeva Zwetajewa Cwietajewa Cvetaeva Tsvetayeva Цветаевой"),
        ("Юрьев", "Yuryev Jurjew Iouriev Yuriev Юрьеву"),
        ("McGregor", "MacGregor"),
        ("Кара-Мурза", "Kara-Murza Кара-Мурзы karamurza"),
    ],
)
def test_every_scheme_leads_to_one_key(name: str, spellings: str) -> None:
    """Whatever scheme a name is written in, it is met."""
    assert [] == [other for other in spellings.split() if not met(name, other)]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Вольская", "Вольский"), ("Вольская", "Вольского"), ("Карпухин", "Карпов"),
     ("Magnusson", "Magnitsky"), ("Светлов", "Светова")],
)  # fmt: skip
def test_other_names_are_others(one: str, other: str) -> None:
    """A feminine form, and a name that only begins alike, are somebody else's."""
    assert not met(one, other)


STEMS = st.sampled_from(["лебед", "бород", "зимар", "кудр", "голуб", "мельк", "шуваль"])
MASCULINE = ("", "а", "у", "ым", "е")
FEMININE = ("а", "ой", "у")


@given(STEMS, st.sampled_from(["ов", "ев", "ин"]))
def test_case_forms_of_surnames_lead_to_the_nominative(stem: str, suffix: str) -> None:
    """Every case of a surname in -ов and -ин, of a man's and a woman's, has its nominative."""
    name = stem + suffix
    assert [] == [end for end in MASCULINE if name not in dict(undone(name + end))]
    assert [] == [end for end in FEMININE if name + "а" not in dict(undone(name + end))]


@given(STEMS)
def test_case_forms_of_adjectives_lead_to_the_nominative(stem: str) -> None:
    """Surnames in -ский keep men and women apart in every case but the plural."""
    man, woman = ("ий", "ого", "ому", "им", "ом"), ("ая", "ой", "ую")
    assert [] == [end for end in man if f"{stem}ский" not in dict(undone(f"{stem}ск{end}"))]
    assert [] == [end for end in woman if f"{stem}ская" not in dict(undone(f"{stem}ск{end}"))]
    assert [] == [end for end in woman if f"{stem}ский" in dict(undone(f"{stem}ск{end}"))]


@given(st.text(max_size=40))
def test_no_word_is_refused(word: str) -> None:
    """Whatever is typed has keys or none."""
    for made in (keys(word), ears(word), readings(word), layouts(word), clean(word), whole(word)):
        assert made is not None


@given(st.text("абвезиклмнорстуя", min_size=4, max_size=12))
def test_a_key_is_small_latin_letters(word: str) -> None:
    """Keys of both scripts have one alphabet."""
    assert [] == [key for key in keys(word) if not (key.isascii() and key.islower())]


def test_western_names_are_heard() -> None:
    """A Western name and its Russian transcription meet, near ones do not."""
    pairs = "Wicker Уикер,Hague Хейг,Wallace Уоллес,Rice Райса,Wright Райт,McCain Маккейну"
    for latin, cyrillic in (pair.split() for pair in pairs.split(",")):
        assert (True, latin) == (heard(latin, cyrillic) > 0, latin)
        assert ears(latin) & ears(cyrillic), latin
    assert not heard("Browning", "Браудер")


@pytest.mark.parametrize(
    ("asked", "name", "count"),
    [("krapov", "karpov", 1), ("karpovv", "karpov", 1), ("kaprov", "karpov", 1),
     ("карпрв", "карпов", 1),
     ("karpv", "karpov", 1), ("butler", "cotler", None),
     ("ли", "ле", None), ("карпухин", "карпов", None)],
)  # fmt: skip
def test_slips_of_the_finger(asked: str, name: str, count: int | None) -> None:
    """A letter swapped, doubled, dropped, or its neighbour's key is a slip; no more."""
    assert count == slips(asked, name)


def test_the_other_keyboard() -> None:
    """What was typed on the keyboard of the other script is told."""
    assert ("карпов",) == layouts("rfhgjd")
    assert ("Browder",) == layouts("Икщцвук")
    assert () == layouts("12")
