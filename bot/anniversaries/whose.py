"""Whose anniversary a text speaks of, and which of several events of the same person."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import pairwise

from bot.anniversaries.cues import Cue, Strength, object_of
from bot.anniversaries.numbers import TOKEN, number_of, plain
from storage.model import Event

NEAR_NAMED, NEAR_UNNAMED = 10, 21
SHORT = 4  # letters: a term as short as "act" is a whole word, give or take an ending

MOURNED = re.compile(
    r"\b(?:death|deaths|died|dying|killing|killed|murder\w*|assassinat\w+|loss|passing|traged\w+|martyrdom"
    r"|смерт\w+|гибел\w+|погиб\w*|убийств\w*|убит\w*|умер\w*|кончин\w+|трагеди\w+|не стало"
    r"|mort|deces|meurtre|tod|todes|todestag\w*|ermordung|mord\w*|starb|gestorben|getotet)\b"
)
# Other things that can bear a person's name, or have anniversaries of their own.
_KINDS = re.compile(
    r"\b(?:birth|birthday|born|foundation|founding|fund|prize|awards?|commission|film|book|trial"
    r"|conviction|verdict|sentence|sanctions|list|report|hearing|inquiry|campaign|institute|society"
    r"|council|committee|rendition|publication|wedding|launch|release|testimony|investigation|complaint|fraud|theft|raid|expulsion"
    r"|petition|ban|interview|жалоб\w*|хищени\w+|обыск\w*"
    r"|рождени\w+|фонд\w*|преми\w+|фильм\w*|книг\w*|суд\w*|приговор\w*|санкци\w+|списк\w+|доклад\w*"
    r"|совет\w*|обществ\w+|кампани\w+|основани\w+|создани\w+|naissance|fondation|prix|proces|liste"
    r"|geburt\w*|stiftung|preis\w*|urteil\w*|prozess\w*|grundung)\b"
)
# Whoever keeps a jubilee of their own, right before or behind the word.
_BODIES = (
    r"(?:councils?|societ(?:y|ies)|foundation|index|group|committee|universit\w+|newspaper|magazine"
    r"|club|festival|forum|prizes?|awards?|institutes?|association|union|parliament|assembly|bank"
    r"|centre|center|agency|radio|television|bbc|court|ministry|convention|declaration|company"
    r"|совет\w*|обществ\w*|фонд\w*|газет\w*|преми\w+|форум\w*|клуб\w*|радио|центр\w*|конвенци\w+"
    r"|conseil|societe|fondation|rat|europarat\w*|gesellschaft|stiftung|verein)"
)
_OTHERS = re.compile(
    r"\b(?:its|their|his own|her own|our|свое|свою|своего|своей|son propre|sein|seinen|ihr|ihren) "
    r"(?:[\w-]+ ){0,3}?(?:an+i?vers|\w*летие|годовщин|jahrestag|jubila)"
    rf"|\b{_BODIES}(?:'s|s')? (?:(?:marks?|celebrates?|to mark|on|at|отмечает) )?"
    r"(?:(?:the|its) )?(?:[\w-]+ ){0,2}?(?:an+ivers|годовщин|jahrestag)"
    rf"|\ban+ivers\w+ (?:of the |of )?(?:[\w-]+ )?(?:{_BODIES}|edition|issue|gala|congress"
    r"|season)\b"
)
_AND = re.compile(r" (?:and|и|et|und) ")
_OWNER = re.compile(r"([\w-]+)'s? (?:[\w-]+ ){0,2}$")
_NO_OWNERS = {"his", "today", "tomorrow", "yesterday", "year", "this", "son", "lawyer"}
# Words that say of whom or where it was, and no name.
_WORDS = """
a after ago an anwalt anwalts at auditor avocat beloved blower brother brutal by colleague custody
d das day de dear dem den der des detention die du en father for fils friend from gefangnis haft her
hero him his husband ihres im in innocent jail juriste justice l la last lawyer le man moscow now
of officials on our police pre prison prisoner russia russian s sa seinem seines since sohnes son
state the their to today tragic trial un une von whistle whistleblower without year years адвоката
аудитора в его ее и москве под российского русского сизо стражей сына тюрьме юриста
"""
_GENERIC = frozenset(_WORDS.split())


def named(event: Event, text: str) -> bool:
    """Whether a plain text has one of the words that say whose event it is."""
    return not event.words or any(_has(word, text) for word in event.words)


def about(event: Event, text: str) -> int | None:
    """Where in a plain text stands what tells this event from others of the same; None: nowhere."""
    places = [found.start() for term in event.about if (found := _term(term).search(text))]
    return min(places, default=None)


def _has(word: str, text: str) -> bool:
    return _beginning(word).search(text) is not None


@cache
def _beginning(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(plain(word))}")


@cache
def _term(term: str) -> re.Pattern[str]:
    bare = plain(term)
    ending = r"(?:s|es|\w)?(?!\w)" if len(bare) <= SHORT else ""
    return re.compile(rf"(?<!\w){re.escape(bare)}{ending}")


def is_theirs(event: Event, text: str, title: str, lead: str, cue: Cue, away: int) -> bool:
    """Whether the cue in `text` (the title, or the lead) is of the person whose event this is."""
    thing = object_of(text, cue)
    first = _AND.split(thing)[0]
    if first != thing and not named(event, first) and _is_other(event, first, thing):
        return False  # "of the fall of the Wall, and the Magnitsky case"
    if thing and named(event, thing) and event.words:
        meant = MOURNED.search(thing) is not None or about(event, thing) is not None
        return meant or not _KINDS.search(thing)
    if _is_others(event, text, cue):
        return False
    if thing and not _says_nothing(event, thing, title, away):
        return False
    if named(event, title):
        plainly = thing or cue.number is not None or cue.strength is not Strength.STRONG
        return bool(
            plainly or MOURNED.search(title) or about(event, title) is not None
            or not _KINDS.search(title)
        )  # fmt: skip
    if away <= NEAR_UNNAMED and named(event, lead):
        return bool(MOURNED.search(lead) or about(event, lead) is not None or text is lead or thing)
    return away <= NEAR_NAMED and any(_has(given, title) for given in _given(event))


def _is_others(event: Event, text: str, cue: Cue) -> bool:
    if _OTHERS.search(text):
        return True
    if cue.strength is not Strength.STRONG:
        return False
    owner = _OWNER.search(text[: cue.start])
    return owner is not None and owner[1] not in _NO_OWNERS and not (
        named(event, owner[1]) or number_of(owner[1]) is not None
    )  # fmt: skip


def _says_nothing(event: Event, thing: str, title: str, away: int) -> bool:
    """Whether the object leaves open who it is: "his death", or near the day "the killing"."""
    if _KINDS.search(thing):
        return False
    if not _unknown(event, thing):
        return True
    return MOURNED.search(thing) is not None and away <= NEAR_NAMED and named(event, title)


def _is_other(event: Event, first: str, thing: str) -> bool:
    """Whether the first of two things is none of ours, and the second not the death."""
    ours = MOURNED.search(thing) or about(event, first) is not None
    return bool(not ours and _unknown(event, first))


def _unknown(event: Event, thing: str) -> list[str]:
    """The words that may be a name of somebody or something else."""
    return [
        t for t in TOKEN.findall(thing)
        if t not in _GENERIC and not MOURNED.fullmatch(t) and number_of(t) is None
        and about(event, t) is None and not any(_has(given, t) for given in _given(event))
    ]  # fmt: skip


def _given(event: Event) -> Iterable[str]:
    """Beginnings of the given names that the event's own titles put before the surname."""
    for title in event.titles.values():
        tokens = re.findall(r"[^\W\d_]+", title)
        for name, surname in pairwise(tokens):
            if name[:1].isupper() and len(name) > SHORT and named(event, plain(surname)):
                yield name[: max(SHORT, len(name) - 1)]
