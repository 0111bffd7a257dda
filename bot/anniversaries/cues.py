"""What in a text speaks of an anniversary, how plainly, and which number and object it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from bot.anniversaries.numbers import TOKEN, number_of, placed


class Strength(IntEnum):
    """How plainly a cue says that this is about an anniversary."""

    MEMORY = 1  # "in memory of"
    WEAK = 2  # "five years ago"
    STRONG = 3  # "anniversary"


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue at a place in a plain text; `number` only where the text gives it one."""

    strength: Strength
    start: int
    end: int
    number: int | None = None


# The word itself, which is often misspelt: how many letters may be wrong.
_NAMED = {
    "anniversary": 2, "anniversaries": 2, "anniversaire": 1, "anniversaires": 1,
    "todestag": 1, "todestages": 0, "todestags": 0, "jahrestag": 1, "jahrestages": 0,
    "jahrestags": 0, "jahrestage": 0,
}  # fmt: skip
_RUSSIAN_NAMED = "годовщин"
_YEARS_NAMED = re.compile(r"(?:\w+и)?лети(?:е|я|ю|ем|и)")
_RETURNS = re.compile(r"jahrt(?= sich)")
_LONG_AGO = re.compile(r"(?:последн|прошл|минувш)\w+ $|\bза $")

_SOME = r"(?:[^\W_]+[ -]+){1,3}"
_WEAK = [
    re.compile(pattern)
    for pattern in (
        # "on" alone: "jailed for nine years on charges of" is no "nine years on".
        r"\b(?P<unit>years?|yrs?|decades?)[ ,]+(?:on(?! (?:charges?|the|a|probation))|since|after"
        r"|ago|without|w/o|later|gone|dead|passed|to the day|have passed|has passed"
        r"|of (?:impunity|injustice|silence|grief|waiting|the))\b",
        r"\b(?:been|marks?|marking) " + _SOME + r"(?P<unit>years?|decades?)\b",
        r"^\W*" + _SOME + r"(?P<unit>years?|лет|года?|ans?|jahre?)(?=\s*(?:[:;.,!?–—|-]|$))",
        r"\b(?P<unit>лет|года?|десятилетие)[ ,]+(?:тому назад|со дня|со времени|с момента|с тех пор"
        r"|назад|спустя|без|как|после|прошло|минуло)\b",
        r"\b(?P<unit>лет|года?) «?(?=[а-я]{3,}у\b)",  # "пять лет закону"
        r"\b(?:спустя|через|прошло|прошел|минуло|минул|исполняется|исполнилось|исполнится|уже) "
        r"(?:[^\W_]+[ -]+){0,3}?(?P<unit>лет|года?)\b",
        r"\b(?P<unit>ans?|annees?|decennies?)[ ,]+(?:apres|depuis|sans|plus tard|deja"
        r"|d'impunite)\b",
        r"\b(?P<unit>years) of (?:[\w.]+ ){0,4}(?:acts?|laws?)\b",
        r"\b(?P<unit>ans) de (?:la )?loi\b",
        r"\b(?P<unit>jahre) [\w-]*gesetz\b",
        # What comes last: "Sergei Magnitsky: ten years".
        r"[:.,—–] (?:[^\W_]+[ -]+){1,2}(?P<unit>years|лет|года|ans|jahre)\W*$",
        r"\b(?:voici|voila|fait) " + _SOME + r"(?P<unit>ans?)\b",
        r"\bil y a " + _SOME + r"(?P<unit>ans?)\b",
        r"\b(?P<unit>jahr(?:en?)?|jahrzehnt)[ ,]+(?:nach|seit|ohne|spater|danach|her"
        r"|ist es her|tot)\b",
        r"\b(?:vor|nach) " + _SOME + r"(?P<unit>jahren?)\b",
    )
]
# Years that somebody is to spend, or something to last.
_PUNISHED = re.compile(
    r"\b(?:sentenced?|sentences|jailed|jail|prison term|imprisoned"
    r"|gets|faces|facing|extend\w*|renew\w*|приговор\w*|осужд\w+"
    r"|получил\w*|condamne\w*|verurteilt)\b"
)
_SINGLE = {"year", "год", "an", "jahr"}
_TEN = {"decade", "decades", "десятилетие", "decennie", "decennies", "jahrzehnt"}
_MEMORY = re.compile(
    r"\bin (?:loving )?memory\b|\bremember(?:ing|ed|s)?\b|\brememb(?:e)?rance\b|\bin memoriam\b"
    r"|\bcommemorat\w+|\bon this day\b|\bпамяти\b|\bпомним\b|\bвспомина\w+|\bв этот день\b"
    r"|\ba la memoire\b|\ben memoire\b|\ben souvenir\b|\bhommage\b|\bgedenk\w+|\bim andenken\b"
    r"|\bzum andenken\b|\bin erinnerung\b"
)
# Words that may stand between the number and the word: "5th tragic anniversary".
_FILL = 2
_MONTHS = re.compile(
    r"jan|feb|mar|apr|may$|jun|jul|aug|sep|oct|nov|dec|янв|фев|март|апр|ма[йя]$|июн|июл|авг|сент"
    r"|окт"
    r"|нояб|дек|fev|avr|mai$|juin|juil|aou|okt|dez"
)
_STOP = re.compile(r"[,:;!?–—()«»\"“”|]|(?<!\d)(?<!\b\w)\. ")


@lru_cache(maxsize=128)  # each text is asked of every event
def strongest(text: str) -> Cue | None:
    """The plainest cue of a plain text; the first of equals, one with a number before others."""
    found = [*_strong(text), *_weak(text), *_memory(text)]
    return max(found, key=lambda c: (c.strength, c.number is not None, -c.start), default=None)


def _strong(text: str) -> Iterator[Cue]:
    for token in TOKEN.finditer(text):
        word = token[0]
        if _is_named(word) or _RETURNS.match(text, token.start()):
            yield Cue(Strength.STRONG, token.start(), token.end(), _before(text[: token.start()]))
        elif _YEARS_NAMED.fullmatch(word) and not _LONG_AGO.search(text[: token.start()]):
            number = _before(text[: token.start()]) if word.startswith("лети") else number_of(word)
            if number is not None:
                yield Cue(Strength.STRONG, token.start(), token.end(), number)


@lru_cache(maxsize=4096)
def _is_named(word: str) -> bool:
    if len(word) < 7:
        return False
    if Levenshtein.distance(word[:8], _RUSSIAN_NAMED, score_cutoff=1) <= 1:
        return True
    return any(
        Levenshtein.distance(word, name, score_cutoff=most) <= most for name, most in _NAMED.items()
    )


def _weak(text: str) -> Iterator[Cue]:
    for pattern in _WEAK:
        for found in pattern.finditer(text):
            unit, before = found["unit"], text[: found.start("unit")]
            number = _counted(unit, before)
            if number is not None and not _PUNISHED.search(before):
                yield Cue(Strength.WEAK, found.start("unit"), found.end(), number)


def _counted(unit: str, before: str) -> int | None:
    """How many years a unit and the words before it mean: "two decades" are twenty."""
    number = _before(before, fill=1)
    if unit in _TEN:
        return 5 if before.endswith("half a ") else 10 * (number or 1)
    return 1 if number is None and unit in _SINGLE else number


def _memory(text: str) -> Iterator[Cue]:
    found = _MEMORY.search(text)
    if found:
        yield Cue(Strength.MEMORY, found.start(), found.end())


def _before(text: str, fill: int = _FILL) -> int | None:
    """The number that ends this text, but for a word or two; days of a month are none."""
    near = _STOP.split(text)[-1]
    tokens = [t for t in TOKEN.findall(near) if number_of(t) is not None or len(t) > 3 or t == "et"]
    for number, behind in reversed(list(placed(tokens))):
        if len(tokens) - behind > fill:
            return None
        dated = behind < len(tokens) and _MONTHS.match(tokens[behind])
        if number < 1000 and not dated:
            return number
    return None


_OBJECT = re.compile(
    r"^(?:\s*(?:of|since|after|from|for|without|de|du|des|d'|de la|depuis|apres|sans|der|des"
    r"|von|vom|nach|seit|ohne|со дня|с момента|без|после|назад)\b)"
)
_OBJECT_END = re.compile(
    r"[,:;!?–—()|]|(?<!\b\w)\. |\b(?:with|who|while|as|when|at|by|says|in which|против|где|который"
    r"|avec|mit)\b"
)


def object_of(text: str, cue: Cue) -> str:
    """What the anniversary is of, as the words behind the cue say it; "" where they do not."""
    behind = text[cue.end :]
    ended = re.search(r"(?:since|after|without|со дня|с момента|без|после|apres|depuis|sans|nach"
                      r"|seit|ohne|как)$", text[cue.start : cue.end])  # fmt: skip
    genitive = re.match(r"\s+[а-я]", behind) and cue.strength is Strength.STRONG
    if not (ended or genitive or _OBJECT.match(behind)):
        return ""
    return _OBJECT_END.split(behind.lstrip(" ,"), maxsplit=1)[0].strip()
