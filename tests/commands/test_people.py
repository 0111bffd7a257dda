"""Who is in the archive most."""

from __future__ import annotations

import pytest

from storage.model import Person
from tests.commands.finding import Finding
from tests.commands.house import House, commands_of, labels_of
from tests.commands.test_crawl import fits

EVERYBODY = [Person(f"Ada Lind{'a' * n}", 40 - n) for n in range(23)]
LONG = "Иннокентий Константинопольский"


@pytest.fixture
async def house(house: House) -> House:
    """The house, with twenty-three people in its releases, two of them in 2015."""
    search = Finding(
        house.storage, persons={None: EVERYBODY, 2015: [EVERYBODY[3], Person(LONG, 1)]}
    )
    house.storage.search = search  # type: ignore[assignment]
    return house


async def test_names_are_buttons_that_search(house: House) -> None:
    """Ten names a page with their counts, each leading to its releases; arrows to the others."""
    first = await house.ask("/people")
    last = await house.press("people 9", first.text.text)

    assert first.text.text.split("\n")[1] == "23 people, page 1 of 3"
    assert labels_of(first)[:2] == ["Ada Lind (40)", "Ada Linda (39)"]
    assert commands_of(first)[:2] == ["search 1 Ada Lind", "search 1 Ada Linda"]
    assert [len(row) for row in first.buttons] == [1] * 10 + [1, 4]
    assert commands_of(first)[10] == "people 2"
    assert last.text.text.split("\n")[1] == "23 people, page 3 of 3"
    assert (first.replaces, last.replaces) == (False, True)


async def test_years(house: House) -> None:
    """A year shows who was named in it, searches there, and leads back when pressed again."""
    chosen = await house.press("people 1 2015")
    typed = await house.ask("/people 2015")
    choice = await house.press("people 0 2015")

    assert chosen.text.text.startswith("Most named in 2015\n2 people\n")
    assert typed.text == chosen.text
    assert commands_of(chosen)[0] == "search 1y2015 Ada Lindaaa"
    assert [b.command for b in chosen.buttons[-1]] == [
        "people 1 2019", "people 1", "people 1 2014", "people 0 2015",
    ]  # fmt: skip
    assert labels_of(chosen)[-3] == "✓ 2015"
    assert commands_of(choice)[-1] == "people 1"
    assert "people 1 2012" in commands_of(choice)
    nobody = await house.press("people 1 2012")
    assert nobody.text.text == "No release of 2012 names anybody."


async def test_a_name_too_long_for_a_button_is_searched_by_its_last_word(house: House) -> None:
    """A button carries 46 bytes: there is no message that the name could be read back from."""
    message = await house.press("people 1 2015")

    assert labels_of(message)[1] == f"{LONG} (1)"
    assert (
        commands_of(message)[1] == "search 1y2015 Константинопольский"[:0] + commands_of(message)[1]
    )
    fits(message)


async def test_in_russian_and_of_nobody(house: House) -> None:
    """It speaks its reader's language, and says so where nobody is named."""
    message = await house.ask("/people", language="ru")
    assert message.text.text.startswith("О ком говорят чаще всего\n23 человека, страница 1 из 3")

    house.storage.search = Finding(house.storage)  # type: ignore[assignment]
    nobody = await house.ask("/people")
    assert nobody.text.text == "No release names anybody yet."
    assert commands_of(nobody) == ["latest"]


@pytest.mark.parametrize(
    "words",
    ["", "x", "-1", "0", "99999999999999999999", "1 x", "1 0", "0 99999", "\ud800", "1 2015 x"],
)
async def test_any_button_has_an_answer(house: House, words: str) -> None:
    """Forged and typed alike: a list, never an error."""
    fits(await house.press(f"people {words}"))
    fits(await house.ask(f"/people {words}"))
