"""What somebody might type who looks for a person, class by class; and for what is not there."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from tests.benchmarks.names.build import Person, Set, people
from tests.benchmarks.names.declension import CASES, forms
from tests.benchmarks.names.spelling import (
    SCHEMES,
    full_width,
    look_alike,
    slip,
    transliterated,
    wrong_layout,
)

ABSENT = {
    "neg_far": ("Marie Curie", "Иван Тургенев", "Nikola Tesla", "Антон Чехов", "Miles Davis"),
    "neg_other": ("'", "OR", "*", "()", "photosynthesis", "бегемот", "—", "🙂", "AND NOT", "\x00"),
}


@dataclass(frozen=True, slots=True)
class Query:
    """Words typed, of which class, and the ids that are right; none for what is not there."""

    kind: str
    words: str
    right: frozenset[str]


def queries(made: Set, seed: int) -> list[Query]:
    """For every person a query of each class that fits them."""
    chance, found = random.Random(seed), list[Query]()
    everybody = people()
    for person in everybody:
        for kind, words in (*_latin(person, chance), *_cyrillic(person, chance)):
            found.append(Query(kind, words, frozenset(_right(words, person, made))))
        if person.near:
            found.append(Query("neg_near", person.near, frozenset()))
    found += [Query(kind, one, frozenset()) for kind, words in ABSENT.items() for one in words]
    return [one for one in found if one.right or one.kind.startswith("neg")]


def _right(words: str, person: Person, made: Set) -> set[str]:
    """The person's releases; for a surname alone those of all whose surname can be written so."""
    right = set(made.mentions[person])
    for other in people():
        spelled = {other.surname, *forms(other.surname_ru, other.sex, "surname").values()}
        if words in spelled and " " not in words:
            right |= set(made.mentions[other])
    return right


def _latin(one: Person, chance: random.Random) -> Iterator[tuple[str, str]]:
    full = f"{one.given} {one.surname}"
    yield "exact_full", full
    yield "surname", one.surname
    yield "initials", f"{one.given[0]}. {one.surname}"
    yield (
        "order",
        chance.choice((f"{one.surname} {one.given}", f"{one.surname.upper()}, {one.given}")),
    )
    if one.surname.isascii() and len(one.surname) > 4:
        yield "typo_lat", _mistyped(one.given, one.surname, chance)
        if chance.random() < 0.3:
            yield "unicode", full_width(one.surname)
    for variant in filter(None, one.latin.split(";")):
        yield "latin_variant", variant
    if one.short:
        yield "short_name", f"{one.short} {one.surname}"
    if one.russian == "r":
        for scheme in chance.sample(sorted(SCHEMES), 4):
            russian = chance.choice((one.surname_ru, f"{one.given_ru} {one.surname_ru}"))
            yield f"translit_{scheme}", transliterated(russian, scheme)


def _cyrillic(one: Person, chance: random.Random) -> Iterator[tuple[str, str]]:
    yield "cyr_nom", chance.choice((one.surname_ru, f"{one.given_ru} {one.surname_ru}"))
    case = chance.choice(CASES[1:])
    yield "cyr_infl", one.cases()[chance.choice((case, f"s_{case}"))]
    if one.patronymic:
        yield "order", f"{one.surname_ru} {one.given_ru} {one.patronymic}"
        yield "initials", f"{one.surname_ru} {one.given_ru[0]}.{one.patronymic[0]}."
    if len(one.surname_ru) > 4 and " " not in one.surname_ru:
        yield "typo_cyr", _mistyped(one.given_ru, one.surname_ru, chance)
        if chance.random() < 0.5:
            yield "layout", wrong_layout(one.surname_ru)
        changed = look_alike(one.surname_ru, chance)
        if chance.random() < 0.5 and changed != one.surname_ru:
            yield "homoglyph", changed
    if one.short_ru:
        yield "short_name", f"{one.short_ru} {one.surname_ru}"
    if one.heard:
        yield "phonetic_cyr", one.heard


def _mistyped(given: str, surname: str, chance: random.Random) -> str:
    wrong = slip(surname, chance)
    return chance.choice((wrong, f"{given} {wrong}"))
