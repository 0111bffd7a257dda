"""Numbers in a text, in digits or in words up to thirty-nine: English, Russian, French, German."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_BREVE = "\u0306"  # the only mark that makes another letter: й is not и

# One line a number, from one on: how many and which, the Russian ordinals without their endings.
_TABLE = """
one first un une premier premiere ein eine einem erste один одна одного перв
two second deux deuxieme seconde zwei zweite два две двух втор
three third trois troisieme drei dritte три трех трет
four fourth forth quatre quatrieme vier vierte четыре четырех четверт
five fifth fith fivth fiveth cinq cinquieme funf funfte fuenf fuenfte пять пяти пят
six sixth sixieme sechs sechste шесть шести шест
seven seventh sept septieme sieben siebte siebente семь семи седьм
eight eighth eigth eighth huit huitieme acht achte восемь восьми восьм
nine ninth nineth neuf neuvieme neun neunte девять девяти девят
ten tenth dix dixieme zehn zehnte десять десяти десят
eleven eleventh onze onzieme elf elfte одиннадцать одиннадцати одиннадцат
twelve twelfth twelvth twelth douze douzieme zwolf zwolfte zwoelf zwoelfte двенадцать двенадцат
thirteen thirteenth treize treizieme dreizehn dreizehnte тринадцать тринадцати тринадцат
fourteen fourteenth quatorze quatorzieme vierzehn vierzehnte четырнадцать четырнадцат
fifteen fifteenth quinze quinzieme funfzehn funfzehnte fuenfzehn fuenfzehnte пятнадцать пятнадцат
sixteen sixteenth seize seizieme sechzehn sechzehnte шестнадцать шестнадцати шестнадцат
seventeen seventeenth dixsept dixseptieme siebzehn siebzehnte семнадцать семнадцат
eighteen eighteenth dixhuit dixhuitieme achtzehn achtzehnte восемнадцать восемнадцат
nineteen nineteenth ninteenth dixneuf dixneuvieme neunzehn neunzehnte девятнадцать девятнадцат
twenty twentieth twentyeth vingt vingtieme zwanzig zwanzigste двадцать двадцати двадцат
"""
_WORDS = {
    word: number
    for number, line in enumerate(_TABLE.strip().splitlines(), start=1)
    for word in line.split()
}
_WORDS |= dict.fromkeys(
    ("thirty", "thirtieth", "trente", "trentieme", "dreissig", "dreissigste", "тридцать",
     "тридцати", "тридцат"), 30,
)  # fmt: skip
_WORDS |= {"decade": 10, "decennie": 10, "jahrzehnt": 10, "unieme": 1}
_RUSSIAN_END = re.compile(
    r"(?:илет(?:ие|ия|ию|ием|ии|няя|ней|нюю|ний)|ая|ой|ою|ую|ый|ое|ые|ых|ья|ью|ьей|ье|ьего|ий|ого"
    r"|ому|ом|ым|и)$"
)
_RUSSIAN_TENS = re.compile(r"(двадцати|тридцати)(\w+илет\w+)")
_GERMAN = re.compile(r"(ein|\w+?)und(zwanzig|dreissig)(?:ste[nrsm]?)?")
_GERMAN_END = re.compile(r"(?<=te)[nrsm]$")
TOKEN = re.compile(r"\d+|[^\W\d_]+")


def plain(text: str) -> str:
    """Text in one form for comparing: 5ᵗʰ is 5th, ё is е, ü is u, no capitals, one apostrophe."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in bare if c == _BREVE or not unicodedata.combining(c))
    return unicodedata.normalize("NFC", kept).replace("’", "'").replace("ʼ", "'")


def numbers(text: str) -> Iterator[int]:
    """The numbers in a plain text, from the left."""
    for number, _ in placed(TOKEN.findall(text)):
        yield number


def placed(tokens: list[str]) -> Iterator[tuple[int, int]]:
    """The numbers among the tokens, each with the place of the token behind it."""
    at = 0
    while at < len(tokens):
        number, width = _at(tokens, at)
        at += width
        if number is not None:
            yield number, at


def _at(tokens: list[str], at: int) -> tuple[int | None, int]:
    """The number that begins here, if one does, and how many tokens it has."""
    first = number_of(tokens[at])
    if first not in (10, 20, 30) or tokens[at].isdigit():
        return first, 1
    for link in (1, 2):  # "twenty-first", "vingt et unième"
        if at + link < len(tokens) and (link == 1 or tokens[at + 1] == "et"):
            more = number_of(tokens[at + link])
            if more is None or tokens[at + link].isdigit():
                continue
            if first != 10 and more < 10:
                return first + more, link + 1
            if tokens[at] == "dix" and more in (7, 8, 9):
                return 10 + more, link + 1
    return first, 1


def number_of(token: str) -> int | None:
    """What one plain word means as a number: 21 for "einundzwanzigsten"."""
    if token.isdecimal():
        return int(token) if len(token) < 7 else 10**7
    if found := _GERMAN.fullmatch(token):
        unit = _WORDS.get(found[1])
        return None if unit is None else unit + (20 if found[2] == "zwanzig" else 30)
    if found := _RUSSIAN_TENS.fullmatch(token):
        unit = _WORDS.get(_RUSSIAN_END.sub("", found[2]))
        return None if unit is None else unit + (20 if found[1] == "двадцати" else 30)
    for end in (None, _RUSSIAN_END, _GERMAN_END):
        number = _WORDS.get(token if end is None else end.sub("", token))
        if number is not None:
            return number
    return None
