"""What Herald says is said in each of its languages, and safely."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, nodes

from bot.i18n import LANGUAGES, code, texts

BOT = Path(__file__).parents[1] / "bot"
TRANSLATED = sorted(set(LANGUAGES) - {"en"})


def said_in(path: Path) -> Iterator[tuple[str, ...]]:
    """Every sentence in a file: what `t` and `t.plural` are given, HELP and USAGE."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            count = forms_of(node.func)
            arguments = node.args[:count]
            if count and all(isinstance(a, ast.Constant) for a in arguments):
                yield tuple(str(a.value) for a in arguments if isinstance(a, ast.Constant))
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id in ("HELP", "USAGE")
            and "commands" in path.parts
        ):
            yield (str(ast.literal_eval(node.value)),)


def forms_of(func: ast.expr) -> int:
    """How many forms of a sentence a call of this function is given: of `t` 1, of its plural 2."""
    if isinstance(func, ast.Call):
        return int(isinstance(func.func, ast.Name) and func.func.id == "texts")
    if isinstance(func, ast.Attribute):
        return 2 if func.attr == "plural" and isinstance(func.value, ast.Name) else 0
    return int(isinstance(func, ast.Name) and func.id == "t")


def said_in_page(path: Path) -> Iterator[tuple[str, ...]]:
    """Every sentence in a template: what `t` is given there."""
    for call in Environment().parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t":
            assert isinstance(call.args[0], nodes.Const), f"{path}: only whole sentences"
            yield (str(call.args[0].value),)


def all_said() -> set[tuple[str, ...]]:
    in_code = {said for path in BOT.rglob("*.py") for said in said_in(path)}
    return in_code | {said for path in BOT.rglob("*.html") for said in said_in_page(path)}


def catalogue(language: str) -> Catalog:
    with (BOT / "locale" / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def names_in(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def as_tuple(forms: object) -> tuple[str, ...]:
    return (forms,) if isinstance(forms, str) else tuple(forms)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_has_what_is_said_and_nothing_else(language: str) -> None:
    """A new sentence without its translation, or a translation of nothing, fails here."""
    translated = {as_tuple(message.id) for message in catalogue(language) if message.id}

    assert translated == all_said()


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_empty_or_doubtful(language: str) -> None:
    """Each sentence has all its forms, and none is marked fuzzy."""
    entries = catalogue(language)
    for message in entries:
        if not message.id:
            continue
        forms = as_tuple(message.string)

        assert all(forms), message.id
        assert not message.fuzzy, message.id
        assert len(forms) == (entries.num_plurals if message.pluralizable else 1), message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_have_the_same_placeholders(language: str) -> None:
    """A value is neither lost nor asked for in vain in another language."""
    for message in catalogue(language):
        if message.id:
            wanted = names_in(as_tuple(message.id)[0])

            assert [names_in(form) for form in as_tuple(message.string)] == [wanted] * len(
                as_tuple(message.string)
            )


def test_russian_has_three_forms() -> None:
    """One, few and many are told apart, the teens too."""
    t = texts("ru")
    said = [t.plural("{n} year ago", "{n} years ago", n) for n in (1, 3, 5, 11, 21, 112)]

    assert said == [
        "1 год назад", "3 года назад", "5 лет назад", "11 лет назад", "21 год назад",
        "112 лет назад",
    ]  # fmt: skip


def test_english_has_two_forms() -> None:
    """Only exactly one is singular."""
    t = texts("en")
    said = [t.plural("{n} year ago", "{n} years ago", n) for n in (0, 1, 2)]

    assert said == ["0 years ago", "1 year ago", "2 years ago"]


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("ru-RU", "ru"), ("RU", "ru"), ("ru_RU", "ru"), ("en-GB", "en"), ("de", "en"), ("", "en")],
)
def test_a_language_is_found_by_its_code(asked: str, spoken: str) -> None:
    """Regional codes count as their language; what is not spoken becomes English."""
    assert (code(asked), texts(asked).language) == (spoken, spoken)


def test_dates_carry_their_year_in_words() -> None:
    """Dates are written as readers of each language write them."""
    day = date(2014, 11, 16)

    assert [texts(language).day(day) for language in ("en", "ru")] == [
        "16 November 2014",
        "16 ноября 2014 г.",
    ]


def test_ordinals() -> None:
    """The teens are regular in English."""
    english = [texts("en").ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 112)]

    assert english == ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th"]
    assert texts("ru").ordinal(5) == "5-я"


@given(st.text())
def test_values_are_never_templates(query: str) -> None:
    """What a reader typed comes out as it went in, braces and all."""
    said = texts("ru")("I found nothing for “{query}”.", query=query)

    assert f"«{query}»" in said
