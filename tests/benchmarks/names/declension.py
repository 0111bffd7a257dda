"""Russian case forms of names, by the endings a grammar book gives; what it cannot, a table has."""

from __future__ import annotations

import tomllib
from pathlib import Path

CASES = ("nom", "gen", "dat", "acc", "ins", "prep")
VOWELS = "аеёиоуыэюя"
SIBILANTS = "жчшщц"

FORMS = {
    name: forms.split()
    for name, forms in tomllib.loads(
        (Path(__file__).parent / "forms.toml").read_text(encoding="utf-8")
    ).items()
}

# Ending: what is cut off and the five forms; the longest ending that fits is taken.
MALE = {
    "ский": "2 ого ому ого им ом", "ый": "2 ого ому ого ым ом", "ой": "2 ого ому ого ым ом",
    "ов": "0 а у а ым е", "ёв": "0 а у а ым е", "ев": "0 а у а ым е", "ин": "0 а у а ым е",
    "ын": "0 а у а ым е", "ых": "", "их": "", "ий": "1 я ю я ем и", "й": "1 я ю я ем е",
    "ь": "1 я ю я ем е", "ия": "1 и и ю ей и", "а": "1 ы е у ой е", "я": "1 и е ю ей е",
}  # fmt: skip
FEMALE = {
    "ская": "2 ой ой ую ой ой", "ая": "2 ой ой ую ой ой", "ова": "1 ой ой у ой ой",
    "ева": "1 ой ой у ой ой", "ёва": "1 ой ой у ой ой", "ина": "1 ой ой у ой ой",
    "ына": "1 ой ой у ой ой",
}  # fmt: skip
FEMALE_GIVEN = {
    "ья": "1 и е ю ей е", "ия": "1 и и ю ей и", "я": "1 и е ю ей е", "ша": "1 и е у ей е",
    "га": "1 и е у ой е", "ка": "1 и е у ой е", "а": "1 ы е у ой е",
}  # fmt: skip
CONSONANT = "0 а у а ом е"
AFTER_SIBILANT = "0 а у а ем е"


def forms(word: str, sex: str, part: str) -> dict[str, str]:
    """The six cases of a name's `part`: given, patronymic or surname."""
    if "-" in word or " " in word:  # only the last part of a foreign double name changes
        head = word[: max(word.rfind("-"), word.rfind(" ")) + 1]
        return {case: head + form for case, form in forms(word[len(head) :], sex, part).items()}
    known = FORMS.get(word)
    return dict(zip(CASES, (word, *(known or _by_rule(word, sex, part))), strict=True))


def _by_rule(word: str, sex: str, part: str) -> list[str]:
    rule: str | None = None
    if part == "given" and word.endswith("ин"):
        rule = CONSONANT
    elif sex == "m":
        rule = _fitting(MALE, word) if word[-1] in VOWELS + "ьй" or part == "surname" else None
        if rule is None and word[-1] not in VOWELS:
            rule = AFTER_SIBILANT if word[-1] in SIBILANTS else CONSONANT
    else:
        rule = _fitting(FEMALE if part == "surname" else FEMALE_GIVEN, word)
    if not rule or (part == "surname" and word.endswith("уа")):
        return [word] * 5
    cut, *endings = rule.split()
    stem = word[: len(word) - int(cut)]
    if part == "given" and word.endswith("вел"):  # Pavel, Pavla
        stem = word[:-2] + "л"
    return [_spelled(stem, ending) for ending in endings]


def _fitting(rules: dict[str, str], word: str) -> str | None:
    found = [end for end in rules if word.endswith(end)]
    return rules[max(found, key=len)] if found else None


def _spelled(stem: str, ending: str) -> str:
    """No ы stands after к, г, х and the sibilants."""
    if ending[0] == "ы" and stem[-1] in "кгхжчшщ":
        ending = "и" + ending[1:]
    return stem + ending
