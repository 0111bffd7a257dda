"""An archive of invented releases: words as frequent as in real texts (Zipf), names, two scripts.

The same seed gives the same archive. Sentences are drawn from a pool, as press offices do.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate

WORDS, NAMES, SENTENCES = 30_000, 4_000, 120_000
RUSSIAN = 0.05
FIRST_DAY = date(2004, 1, 1)
DAYS = 20 * 365

# Real words in the places of the most frequent invented ones, for endings and for the eye.
_KNOWN = "the of and to in court lawyer sanctions police case trial justice parliament human rights"
_KNOWN_RUSSIAN = "и в на суд адвокат дело следователь санкции закон права человека парламент"
_GIVEN = "Sergei Anna William John Maria Natalia Pavel Peter Helen Jamison Vera Oleg Irina"
_GIVEN_RUSSIAN = "Сергей Анна Уильям Джон Мария Наталья Павел Пётр Елена Вера Олег Ирина"
_ONSETS = "b c d f g h l m n p r s t v w st tr pl cr"
_ONSETS_RUSSIAN = "б в г д ж з к л м н п р с т ф х ст тр пл"


@dataclass(frozen=True, slots=True)
class Text:
    """One invented release."""

    title: str
    body: str
    language: str
    published: date
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Tongue:
    """What texts in one language are made of."""

    language: str
    onsets: tuple[str, ...]
    vowels: str
    codas: tuple[str, ...]
    known: tuple[str, ...]
    given: tuple[str, ...]
    surnames: tuple[str, ...]


ENGLISH = Tongue(
    "en", tuple(_ONSETS.split()), "aeiou",
    ("", "", "n", "r", "s", "t", "ing", "ed", "tion"), tuple(_KNOWN.split()), tuple(_GIVEN.split()),
    ("sky", "ov", "ev", "in", "er", "son", "man", "ley", "enko", "ich"),
)  # fmt: skip
RUSSIAN_TONGUE = Tongue(
    "ru", tuple(_ONSETS_RUSSIAN.split()), "аеиоуы",
    ("", "", "н", "р", "ами", "ого", "ение", "ов", "ский"), tuple(_KNOWN_RUSSIAN.split()),
    tuple(_GIVEN_RUSSIAN.split()), ("ский", "ского", "ов", "ова", "ев", "ин", "ина", "енко", "сон"),
)  # fmt: skip


class Corpus:
    """Texts of about `size` characters."""

    def __init__(self, size: int, seed: int = 8) -> None:
        self._size = size
        self._chance = random.Random(seed)
        self.names: dict[str, list[str]] = {}
        self._pools = {
            tongue.language: self._pool(tongue, SENTENCES if tongue is ENGLISH else SENTENCES // 10)
            for tongue in (ENGLISH, RUSSIAN_TONGUE)
        }

    def texts(self, count: int) -> Iterator[Text]:
        """So many, the oldest first, over twenty years."""
        for number in range(count):
            language = "ru" if self._chance.random() < RUSSIAN else "en"
            at = datetime(FIRST_DAY.year, 1, 1, tzinfo=UTC) + timedelta(
                seconds=DAYS * 86400 * number // count
            )
            yield self.text(language, at)

    def text(self, language: str, at: datetime) -> Text:
        pool = self._pools[language]
        sentences = self._chance.choices(pool, k=self._size // 70)
        # A few words that hardly another release has: numbers of cases and the like.
        rare = f"Number {self._chance.randrange(400_000)}x{self._chance.randrange(9)}."
        body = " ".join([*sentences, rare])[: self._size]
        title = self._chance.choice(pool)[:70].rstrip(".")
        return Text(title, body, language, at.date(), at)

    def _pool(self, tongue: Tongue, count: int) -> list[str]:
        words = self._words(tongue)
        weights = list(accumulate((rank + 2.7) ** -1.2 for rank in range(1, len(words) + 1)))
        names = [self._name(tongue) for _ in range(NAMES)]
        often = list(accumulate(1 / (rank + 2.7) for rank in range(1, NAMES + 1)))
        self.names[tongue.language] = names
        pool = []
        for _ in range(count):
            said = self._chance.choices(words, cum_weights=weights, k=self._chance.randint(6, 16))
            if self._chance.random() < 0.4:
                name = self._chance.choices(names, cum_weights=often)[0]
                said.insert(self._chance.randrange(1, len(said)), name)
            pool.append(f"{said[0].capitalize()} {' '.join(said[1:])}.")
        return pool

    def _words(self, tongue: Tongue) -> list[str]:
        found = dict.fromkeys(tongue.known)
        while len(found) < WORDS:
            found[self._syllables(tongue, 1 + min(3, len(found) // 300)) +
                  self._chance.choice(tongue.codas)] = None  # fmt: skip
        return list(found)

    def _name(self, tongue: Tongue) -> str:
        surname = self._syllables(tongue, 2) + self._chance.choice(tongue.surnames)
        return f"{self._chance.choice(tongue.given)} {surname.capitalize()}"

    def _syllables(self, tongue: Tongue, most: int) -> str:
        return "".join(
            self._chance.choice(tongue.onsets) + self._chance.choice(tongue.vowels)
            for _ in range(self._chance.randint(1, most))
        )
