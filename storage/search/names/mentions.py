"""Where a text names somebody: every capitalised word that may be a name, and what stands by it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from storage.search.names.letters import bare, is_cyrillic, whole
from storage.search.names.ordinary import ADDRESS, DOES, NEVER, PARTICLES, is_never_given, is_thing
from storage.search.names.patronymics import is_patronymic

# How sure a mention is; doubled, and one more where it stands in the title. Whether a capitalised
# word before the name is a given name, only those know who know given names.
ATTRIBUTE, ALONE, ADDRESSED = 1, 2, 3
SURE = 2 * ADDRESSED
# A sentence's first word, which may be no name: "Best regards were sent".
UNSURE = 2 * ALONE - 1

_TOKEN = re.compile(r"(?<!\w)[^\W\d_]+(?:[-‐‑'’‘ʼ][^\W\d_]+)*(?![\w])")
_END = re.compile(r"[.!?…:;\n•]|^$")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name as it stands, the given name or initial by it ("" for none), and how sure it is."""

    word: str
    given: str
    weight: int


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    word: str
    before: str  # what stands between it and the word before
    capital: bool
    begins: bool  # a sentence


def mentions(title: str, body: str) -> list[Mention]:
    """The names in a release, each with its given names once."""
    parts = [_tokens(title), _tokens(body)]
    small = {token.word for tokens in parts for token in tokens if not token.capital}
    found: dict[tuple[str, str], int] = {}
    for part, tokens in enumerate(parts):
        for at in range(len(tokens)):
            if not _may_name(tokens, at, small):
                continue
            given, sure = _given(tokens, at, small)
            if sure != ADDRESSED and (
                _is_called_after(tokens, at) if given else _is_attribute(tokens, at, part == 0)
            ):
                sure = ATTRIBUTE
            weight = 2 * sure + (part == 0)
            if sure == ALONE and not given and part and _may_be_ordinary(tokens, at):
                weight = UNSURE
            key = (tokens[at].word, given)
            found[key] = max(found.get(key, 0), weight)
    return [Mention(word, given, weight) for (word, given), weight in found.items()]


def _may_be_ordinary(tokens: list[_Token], at: int) -> bool:
    """Whether a sentence begins with the word and does not go on as of somebody."""
    token = tokens[at]
    if not token.begins or token.text != token.word or at + 1 >= len(tokens):
        return token.begins and token.text == token.word
    following = tokens[at + 1]
    return following.before == " " and DOES.search(following.word.lower()) is None


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    end = 0
    for match in _TOKEN.finditer(text):
        before, end_before = text[end : match.start()], end
        written = match[0]
        word = whole(written)
        end = match.end()
        if not word:
            continue
        begins = not end_before or (
            _END.search(before) is not None
            and not (found and before.strip() == "." and _is_short(found[-1]))
        )
        found.append(_Token(written, word, before, word[0].isupper(), begins))
    return found


def _is_short(token: _Token) -> bool:
    return token.capital and (len(token.word) == 1 or token.word.lower() in ADDRESS)


def _may_name(tokens: list[_Token], at: int, small: set[str]) -> bool:
    token = tokens[at]
    if not token.capital or len(bare(token.word)) < 2 or token.word.lower() in ADDRESS:
        return False
    # A word that begins a sentence and stands in small letters elsewhere is an ordinary word.
    return not (token.begins and token.word.lower() in small)


def _given(tokens: list[_Token], at: int, small: set[str]) -> tuple[str, int]:
    """What may be the given name by the name at this place, and how sure it is."""
    after = _after(tokens, at)
    if after is not None:
        return after
    given, sure, place = "", ALONE, at
    while place > 0 and at - place < 5:
        gap, token = tokens[place].before, tokens[place - 1]
        if token.word.lower() in ADDRESS and not gap.strip(". \u00a0"):
            return given, ADDRESSED
        if gap.strip(". \u00a0-") or tokens[place].begins:
            break
        if token.word.lower() in PARTICLES and not gap.strip():
            place -= 1
            continue
        if not token.capital or _is_ordinary(token, gap, small):
            break
        place -= 1
        if len(token.word) == 1:
            given, sure = token.word, ADDRESSED
        elif is_patronymic(token.word):
            sure = ADDRESSED
        elif not given or len(given) == 1:
            given = token.word
        else:
            break
    return given, sure


def _is_ordinary(token: _Token, gap: str, small: set[str]) -> bool:
    """Whether a word before a name is no given name: an article, a thing, a sentence's first."""
    word = token.word.lower()
    if len(word) == 1:
        return word in NEVER and "." not in gap
    return is_never_given(word) or (token.begins and word in small)


def _after(tokens: list[_Token], at: int) -> tuple[str, int] | None:
    """The given name behind a surname: "KARPOV, Pavel", "Карпов П.А.", "Карпов Павел Ильич"."""
    if at + 1 >= len(tokens):
        return None
    name, token = tokens[at], tokens[at + 1]
    gap = token.before.strip(" \u00a0")
    if not token.capital or gap not in ("", ",") or token.begins:
        return None
    if len(token.word) == 1:
        return (token.word, ADDRESSED) if _dotted(tokens, at + 2) else None
    if gap:
        return (token.word, ADDRESSED) if name.word.isupper() and len(name.word) > 3 else None
    following = tokens[at + 2] if at + 2 < len(tokens) else None
    if following is None or following.before != " " or not is_patronymic(following.word):
        return None
    # "Наталья Николаевна Магнитская" is the other way round.
    last = at + 3 >= len(tokens) or not tokens[at + 3].capital or tokens[at + 3].before != " "
    return (token.word, ADDRESSED) if last else None


def _dotted(tokens: list[_Token], at: int) -> bool:
    return at >= len(tokens) or tokens[at].before.startswith(".")


def _is_called_after(tokens: list[_Token], at: int) -> bool:
    """Whether a thing has the whole name: "the Sergei Magnitsky Act"."""
    if at + 1 >= len(tokens):
        return False
    following = tokens[at + 1]
    bound = following.before == " " and tokens[at].text == tokens[at].word
    return bound and following.capital and is_thing(following.word.lower())


def _is_attribute(tokens: list[_Token], at: int, title: bool) -> bool:
    """Whether a thing is named after somebody: "the Magnitsky Act", «закон Магнитского»."""
    token = tokens[at]
    last = token.word.lower().rpartition("-")
    if last[0] and is_thing(last[2]):
        return True
    if is_cyrillic(token.word):
        return at > 0 and is_thing(tokens[at - 1].word.lower())
    if at + 1 >= len(tokens) or tokens[at + 1].before.strip("’'\u00a0 "):
        return False
    following = tokens[at + 1]
    if is_thing(following.word.lower()):
        return True
    return following.capital and not following.begins and not title
