"""The operators of a query, and what stands behind them: days, languages, orders; two tongues."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from enum import StrEnum

from storage.model import Order


class Field(StrEnum):
    TITLE = "intitle"
    YEAR = "year"
    AFTER = "after"
    BEFORE = "before"
    DATE = "date"
    LANGUAGE = "lang"
    ORDER = "sort"


FIELDS = {str(f): f for f in Field} | {
    "заголовок": Field.TITLE,
    "год": Field.YEAR,
    "после": Field.AFTER,
    "до": Field.BEFORE,
    "дата": Field.DATE,
    "язык": Field.LANGUAGE,
    "порядок": Field.ORDER,
}

_ORDERS = {
    Order.NEW: "new newest новые новее сначала-новые",
    Order.OLD: "old oldest старые старее сначала-старые",
    Order.BEST: "best лучшие лучше",
}
_LANGUAGES = {
    "en": "english английский англ eng англійська",
    "ru": "russian русский рус ру rus російська",
    "uk": "ukrainian украинский українська укр",
    "fr": "french французский français",
    "de": "german немецкий deutsch",
    "es": "spanish испанский español",
    "it": "italian итальянский italiano",
    "pl": "polish польский polski",
    "nl": "dutch голландский нидерландский nederlands",
}
_ORDER = {word: order for order, words in _ORDERS.items() for word in words.split()}
_LANGUAGE = {word: code for code, words in _LANGUAGES.items() for word in words.split()}
_CODE = re.compile("[a-z]{2}(?=$|[-_])")
# The codes of ISO 639-1: any other two letters are no language.
_ISO_639 = """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy
    da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy
    hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li
    ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa
    pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th
    ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
_CODES = frozenset(_ISO_639.split())


def order_of(value: str) -> Order | None:
    return _ORDER.get(value.casefold().strip(".,;"))


def languages_of(value: str) -> frozenset[str]:
    """The codes of these languages; none at all where one of them is no language."""
    found = set()
    for word in re.split("[,;|/]", value.casefold().strip(".,; ")):
        code = _CODE.match(word)
        language = _LANGUAGE.get(word) or (code.group() if code else "")
        if language not in _CODES:
            return frozenset()
        found.add(language)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Dates:
    """From the day `after`, which is included, to the day `before`, which is not."""

    after: date | None = None
    before: date | None = None

    @property
    def ends(self) -> tuple[date, date]:
        """The first and the last day of them; where there is none, the last is before the first."""
        if self.before == date.min:
            return date.max, date.min
        last = self.before - timedelta(days=1) if self.before else date.max
        return self.after or date.min, last

    def within(self, other: Dates) -> Dates:
        """The days that are in both."""
        afters = [d for d in (self.after, other.after) if d is not None]
        befores = [d for d in (self.before, other.before) if d is not None]
        return Dates(max(afters, default=None), min(befores, default=None))


# 2014, 2014-03 and 2014-03-15, or as Russians write them: 03.2014 and 15.03.2014.
_BY_YEAR = re.compile(r"([0-9]{4})(?:[-–‐‑−./]([0-9]{1,2})(?:[-–‐‑−./]([0-9]{1,2}))?)?")
_BY_DAY = re.compile(r"(?:([0-9]{1,2})[./])?([0-9]{1,2})[./]([0-9]{4})")
_RANGE = re.compile(r"(.*?)(?:\.\.+|…)(.*)")
_YEARS = re.compile(r"([0-9]{4})[-–—−]([0-9]{4})")


def dates_of(field: Field | None, value: str) -> Dates | None:
    """What this operator makes of its value; None if the value says no day."""
    value = value.strip(" ,;").rstrip(".") if not value.endswith("..") else value.strip(" ,;")
    if field in (Field.AFTER, Field.BEFORE):
        period = _period(value)
        if period is None:
            return None
        return Dates(period.after) if field is Field.AFTER else Dates(None, period.after)
    years = _YEARS.fullmatch(value)
    apart = years or _RANGE.fullmatch(value)
    if apart is None:
        return _period(value)
    first, last = (_period(end) if end not in ("", "*") else Dates() for end in apart.groups())
    if first is None or last is None or first == last == Dates():
        return None
    if first.after and last.after and last.after < first.after:  # from the later to the earlier
        first, last = last, first
    return Dates(first.after, last.before)


def _period(value: str) -> Dates | None:
    """The year, month or day that this says, from its first day to the day behind its last."""
    found = _BY_YEAR.fullmatch(value)
    if found is not None:
        year, month, day = found.groups()
    elif (found := _BY_DAY.fullmatch(value)) is not None:
        day, month, year = found.groups()
    else:
        return None
    try:
        first = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return Dates(first, _next(first, whole_year=month is None, whole_month=day is None))


def _next(first: date, *, whole_year: bool, whole_month: bool) -> date | None:
    """The day behind this year, month or day; None behind the last of all days."""
    if first.year == MAXYEAR and (whole_year or first.month == 12):
        return None
    if whole_year:
        return date(first.year + 1, 1, 1)
    if whole_month:
        return date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first + timedelta(days=1)
