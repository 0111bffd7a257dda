"""An archive of invented persons and the queries somebody might make for them, from a seed."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from tests.benchmarks.names.declension import CASES, forms

FOLDER = Path(__file__).parent
MONTHS = ("January", "March", "May", "September", "November")
MONTHS_RU = ("январь", "март", "май", "сентябрь", "ноябрь")
LANGUAGES = {"en": 70, "ru": 20, "de": 5, "fr": 5}
MIDDLES = {
    "ru": "ба ве го ди жа ка ле мо ни по ра се ту фи ха шу яр бел зор кур мал",
    "en": "ba ve go di ja ka le mo ni po ra se tu fi ha shu yar bel zor kur mal",
}
ENDS = {
    "ru": "ов ин ский енко ук ян швили ич ер ман",
    "en": "son ley ford ham berg er mann ov ski elli ard ton wick",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the table `people.txt`, whose first lines say what each field is."""

    sex: str
    russian: str
    given: str
    surname: str
    given_ru: str
    patronymic: str
    surname_ru: str
    others: str
    latin: str
    short: str
    short_ru: str
    heard: str
    near: str

    def cases(self) -> dict[str, str]:
        """Given name and surname in each case, and the surname alone as `s_…`."""
        given = forms(self.given_ru, self.sex, "given")
        surname = forms(self.surname_ru, self.sex, "surname")
        both = {case: f"{given[case]} {surname[case]}" for case in CASES}
        return both | {f"s_{case}": surname[case] for case in CASES}


@dataclass(slots=True)
class Set:
    """Releases, and for each person the ids of those that mention them."""

    releases: list[dict[str, str]] = field(default_factory=list)
    mentions: dict[Person, list[str]] = field(default_factory=lambda: defaultdict(list))


def people() -> list[Person]:
    """Everybody of the table."""
    lines = (FOLDER / "people.txt").read_text(encoding="utf-8").splitlines()
    return [Person(*line.split("|")) for line in lines if line and not line.startswith("#")]


def sections(name: str) -> dict[str, list[str]]:
    """The lines under each heading of a file."""
    found: dict[str, list[str]] = {}
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            under = found[line.strip("[]")] = []
        elif line:
            under.append(line)
    return found


FILLER, MENTIONS = sections("filler.txt"), sections("mentions.txt")


def built(seed: int, releases: int, distractors: int) -> Set:
    """So many releases that mention the persons, and so many that mention only invented names."""
    chance, made, everybody = random.Random(seed), Set(), people()
    for number in range(releases):
        _release(made, f"d{number:04}", everybody, chance)
    taken = {part.lower() for one in everybody for part in (one.surname, one.surname_ru)}
    for number in range(distractors):
        _distractor(made, f"x{number:04}", taken, chance)
    return made


def _release(made: Set, name: str, everybody: list[Person], chance: random.Random) -> None:
    language = chance.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
    present = chance.sample(everybody, chance.choice((1, 1, 2, 2, 3, 4)))
    title = _title(language, present[0], chance)
    sentences: list[list[str]] = []
    for person in present:
        made.mentions[person].append(name)
        lines = [chance.choice(MENTIONS[language])]
        if again := MENTIONS.get(f"{language} again"):
            lines += chance.sample(again, chance.choice((0, 1)))
        sentences.append([_filled(line, person, chance) for line in lines])
    filler = FILLER[language]
    sentences += [[one] for one in chance.sample(filler, min(len(filler), chance.randint(2, 8)))]
    chance.shuffle(sentences)
    _add(made, name, language, title, [one for group in sentences for one in group], chance)


def _title(language: str, person: Person, chance: random.Random) -> str:
    return _filled(chance.choice(MENTIONS[f"title {language}"]), person, chance)


def _filled(line: str, person: Person, chance: random.Random) -> str:
    name = f"{person.given} {person.surname}"
    others = [name, name, *filter(None, person.others.split(";"))]
    at = chance.randrange(len(MONTHS))
    russian = line[0] in "АБВГДЕЖЗИКЛМНОПРСТУФ" or any("а" <= one <= "я" for one in line)
    if russian:
        initial = f"{person.given_ru[0]}. {person.patronymic[:1]}. ".replace(" . ", " ")
        initial += person.surname_ru
        reverse = f"{person.surname_ru} {person.given_ru} {person.patronymic}".strip()
    else:
        initial = f"{person.given[0]}. {person.surname}"
        reverse = f"{person.surname.upper()}, {person.given}"
    return line.format(
        name=chance.choice(others), surname=person.surname, initial=initial, reversed=reverse,
        title=("Mr " if person.sex == "m" else "Ms ") + person.surname,
        possessive=f"{name}’s", patronymic=f"{person.given} {person.surname}",
        month=MONTHS[at], month_ru=MONTHS_RU[at], **person.cases(),
    )  # fmt: skip


def _add(
    made: Set, name: str, lang: str, title: str, sentences: list[str], chance: random.Random
) -> None:
    body = "\n\n".join(" ".join(sentences[at : at + 3]) for at in range(0, len(sentences), 3))
    day = date(2010, 1, 1) + timedelta(days=chance.randrange(5800))
    one = {"id": name, "lang": lang, "date": day.isoformat(), "title": title, "body": body}
    made.releases.append(one)


def invented(language: str, taken: set[str], chance: random.Random) -> str:
    """A surname of nobody, not one letter away from a person's."""
    while True:
        middle = chance.choices(MIDDLES[language].split(), k=chance.choice((1, 2, 2)))
        word = "".join(middle) + chance.choice(ENDS[language].split())
        if not any(_one_off(word, other) for other in taken):
            return word.capitalize()


def _one_off(one: str, other: str) -> bool:
    """At most one letter is different, missing or too many."""
    if abs(len(one) - len(other)) > 1:
        return False
    at = 0
    while at < min(len(one), len(other)) and one[at] == other[at]:
        at += 1
    rests = (one[at:], other[at:])
    return rests[0][1:] in (rests[1], rests[1][1:]) or rests[0] == rests[1][1:]


def _distractor(made: Set, name: str, taken: set[str], chance: random.Random) -> None:
    language = chance.choices(("en", "ru"), (75, 25))[0]
    everybody = people_names(language)
    sentences = list(chance.sample(FILLER[language], 3))
    for _ in range(chance.randint(2, 4)):
        word = invented(language, taken, chance)
        full = f"{chance.choice(everybody)} {word}"
        line = "В списке значится {}." if language == "ru" else "A copy went to {} last week."
        sentences.append(line.format(full))
    title = "Новые часы читального зала" if language == "ru" else "Reading Room: New Hours"
    _add(made, name, language, f"{title} ({name})", sentences, chance)


def people_names(language: str) -> list[str]:
    """Given names of the persons, which others have, too."""
    return sorted({one.given_ru if language == "ru" else one.given for one in people()})
