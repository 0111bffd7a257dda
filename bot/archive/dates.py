"""Dates as feeds and pages write them, and whether they can be believed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from bot.archive.document import When

# The web is no older; before it lie the epoch's zero and what broken software writes.
FIRST_YEAR = 1990
# A post dated a little ahead is published at once by WordPress; clocks and zones differ too.
AHEAD = timedelta(days=1)

_ENGLISH = "january february march april may june july august september october november december"
_RUSSIAN = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
_RUSSIAN_BARE = "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь"
_OTHERS = """
januar februar märz april mai juni juli august september oktober november dezember
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
"""
_MONTHS = {
    name: number
    for language in _OTHERS.split("\n")
    for number, name in enumerate(language.split(), start=1)
}
_MONTHS |= {"sept": 9, "сент": 9, "нояб": 11, "февр": 2}
for _names in (_ENGLISH, _RUSSIAN, _RUSSIAN_BARE):
    for _number, _name in enumerate(_names.split(), start=1):
        _MONTHS[_name] = _MONTHS[_name[:3]] = _number

# Zones by name that email.utils does not know (RFC 822 names only those of the USA).
_ZONES: dict[str, tzinfo] = {
    name: timezone(timedelta(hours=hours))
    for name, hours in {
        "MSD": 4,
        "BST": 1,
        "WEST": 1,
        "CET": 1,
        "CEST": 2,
        "EET": 2,
        "EEST": 3,
        "WET": 0,
    }.items()
}
_ZONES["MSK"] = ZoneInfo("Europe/Moscow")  # four hours from 2011 to 2014, and three

_MONTH = r"(?P<month>[^\W\d_]{3,9})\.?"
_DAY = r"(?P<day>\d{1,2})"
_YEAR = r"(?P<year>\d{4})"
_WEEKDAY = r"(?:(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}|[а-я]{2,11})\.?,?\s+)?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_WEEKDAY}{_MONTH}\s+{_DAY}(?:st|nd|rd|th)?,?\s+{_YEAR}",
        rf"{_WEEKDAY}{_DAY}(?:st|nd|rd|th)?\.?\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}"
        r"(?:\s*(?:года|г\.|г\b))?",
        rf"{_YEAR}[-/.](?P<month>\d{{1,2}})[-/.]{_DAY}",
        rf"{_DAY}\.(?P<month>\d{{1,2}})\.{_YEAR}",
    )
)
_INTRODUCED = re.compile(r"(?:posted|published|опубликовано)(?:\s+on)?:?\s+", re.IGNORECASE)
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?\s*(?:[Zz]|[+-]\d\d(?::?\d\d)?)?"
    r"|\d{8}[Tt]\d{4}(?:\d\d)?(?:[Zz]|[+-]\d{4})?"
)
_EPOCH = re.compile(r"[0-9]{9,10}")
_BARE = re.compile(r"[0-9]{8}")
# What WordPress makes of a post without a date ("Mon, 30 Nov -0001"), and others of the year 1.
_NO_YEAR = re.compile(r"[a-z]{3}\.?,?\s+-?0\d{3}(?!\d)", re.IGNORECASE)
_MIDNIGHT = re.compile(r"(?<!\d)24:00(?::00)?(?!\d)")
_LEAP = re.compile(r"(\d\d:\d\d):60(?!\d)")
_HALF = re.compile(r"(?<!\d)(\d{1,2})(:\d\d(?::\d\d)?)\s*([ap])\.?m\b\.?", re.IGNORECASE)
_OFFSET = re.compile(r"(?:GMT|UTC|UT)\s?([+-])(\d{1,2}):?(\d\d)?\b")
_COLON = re.compile(r"([+-]\d\d):(\d\d)$")
_UTC_NAMED = re.compile(r"(?<=\d)\s+(?:UTC|GMT|UT)$")
_WORD = re.compile(r"[^\W\d_]+\.?")
LONGEST = 100


def parse(text: str, zone: tzinfo, now: datetime) -> When | None:
    """The date in any form of RFC 822, ISO 8601 or written out, if it can be believed.

    A time without a zone is the archive's. A date without a time has no instant.
    """
    words = _usual(text)
    if not words or len(words) > LONGEST or _NO_YEAR.search(words):
        return None
    if _EPOCH.fullmatch(words):
        return instant(datetime.fromtimestamp(int(words), UTC), zone, now)
    written = line(f"{words[:4]}-{words[4:6]}-{words[6:]}" if _BARE.fullmatch(words) else words)
    if written:
        return believed(When(written[0]), zone, now)
    late = timedelta(days=1) if _MIDNIGHT.search(words) else timedelta()
    at = _instant(_MIDNIGHT.sub("00:00:00", words), zone)
    try:
        return instant(at + late, zone, now) if at else None
    except OverflowError:
        return None


def _usual(text: str) -> str:
    """The words in the spelling that is most usual: hours to 24, offsets in four digits."""

    def whole_day(time: re.Match[str]) -> str:
        hour = int(time[1]) % 12 + (12 if time[3].lower() == "p" else 0)
        return f"{hour:02}{time[2]}"

    words = " ".join(text[: 2 * LONGEST].split())
    words = re.sub(r"^(\d{4})/(\d\d)/(\d\d)(?= )", r"\1-\2-\3", words)
    words = _HALF.sub(whole_day, _LEAP.sub(r"\1:59", words))
    words = _OFFSET.sub(lambda o: f"{o[1]}{int(o[2]):02}{o[3] or '00'}", words)
    return _UTC_NAMED.sub("Z", words) if words[:4].isdecimal() else _COLON.sub(r"\1\2", words)


def instant(at: datetime, zone: tzinfo, now: datetime) -> When | None:
    """An aware instant as a date of the archive, if it can be believed."""
    try:
        utc = at.astimezone(UTC)
        return believed(When(utc.astimezone(zone).date(), utc), zone, now)
    except (OverflowError, ValueError):
        return None


def believed(when: When, zone: tzinfo, now: datetime) -> When | None:
    """The same, or None for a year before the web or a day that is still far ahead."""
    if when.day.year < FIRST_YEAR:
        return None
    if when.at:
        return when if when.at <= now + AHEAD else None
    return when if when.day <= (now + AHEAD).astimezone(zone).date() else None


def line(text: str) -> tuple[date, int] | None:
    """The date in a text that is nothing but a date, and the number of the form it is in."""
    words = _INTRODUCED.sub("", text.strip(), count=1)
    for number, form in enumerate(_FORMS):
        if (found := form.fullmatch(words)) and (day := _day(found)):
            return day, number
    return None


def within(text: str) -> date | None:
    """The first date written somewhere in the text."""
    for form in _FORMS:
        if (found := form.search(text[:LONGEST])) and (day := _day(found)):
            return day
    return None


def _day(found: re.Match[str]) -> date | None:
    month = found["month"].lower()
    number = int(month) if month.isdecimal() else _MONTHS.get(month)
    if number is None:
        return None
    try:
        return date(int(found["year"]), number, int(found["day"]))
    except ValueError:
        return None


def _instant(words: str, zone: tzinfo) -> datetime | None:
    try:
        if _ISO.fullmatch(words):
            at = datetime.fromisoformat(words.upper().replace(" +", "+").replace(" Z", "Z"))
            return at if at.tzinfo else at.replace(tzinfo=zone)
        return _rfc822(words, zone)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None  # email.utils stumbles over some texts that are no dates


def _rfc822(words: str, zone: tzinfo) -> datetime:
    at = parsedate_to_datetime(_in_english(words))
    if at.tzinfo is not None:
        return at
    name = words.rsplit(" ", 1)[-1].upper()
    if name == "-0000":  # RFC 2822, 3.3: UTC, nothing known of the local zone
        return at.replace(tzinfo=UTC)
    return at.replace(tzinfo=_ZONES.get(name, zone))


def _in_english(words: str) -> str:
    """Names of months as RFC 822 has them; words of other alphabets and "at" dropped."""

    def translated(found: re.Match[str]) -> str:
        word = found.group().rstrip(".").lower()
        if number := _MONTHS.get(word):
            return _ENGLISH.split()[number - 1][:3].title()
        return found.group() if word.isascii() and word != "at" else ""

    usual = " ".join(_WORD.sub(translated, words).split())
    return re.sub(r"^[^\W\d_]+\.?,\s*", "", usual).lstrip(" ,.")
