"""The name index: what a query's words are resolved to, and that it is taken back exactly."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from storage import Storage
from storage.database import Connection, Row
from storage.model import Naming
from storage.search import people
from storage.search.names.resolved import Reading, Resolved
from storage.search.people import Vocabulary
from tests.storage.conftest import draft, keep

NAMING = Naming(
    given=(("Anna", "Анна", "Аня"), ("Peter", "Pyotr", "Пётр", "Петя"), ("Ivan", "Иван"))
)
TABLES = ("mentions", "name_years")


async def stock(storage: Storage, *bodies: str) -> None:
    at = datetime(2020, 1, 1, tzinfo=UTC)
    drafts = [draft(f"News {n}", body, key=str(n), at=at) for n, body in enumerate(bodies)]
    await keep(storage, *drafts)


async def known(connection: Connection) -> Vocabulary:
    """The vocabulary with all names in it."""
    vocabulary = Vocabulary()
    while await vocabulary.read_on(connection):
        pass
    return vocabulary


async def asked(storage: Storage, *words: str, absent: tuple[int, ...] = ()) -> Resolved:
    async with storage.database.read() as connection:
        vocabulary = await known(connection)
        return await people.resolve(connection, words, NAMING, absent, vocabulary)


def spelled(reading: Reading | None) -> set[str]:
    return {spelling.word for spelling in reading.spellings} if reading else set()


@pytest.mark.parametrize("word", ["Zaretsky", "ЗАРЕЦКИМ", "Zaretskij", "Ｚaretski", "Зарецкий"])
async def test_any_spelling_finds_all(storage: Storage, word: str) -> None:
    """Both scripts' spellings are found from any spelling; a woman's form is not."""
    await stock(storage, "We met Peter Zaretsky.", "О Петре Зарецком и об Анне Зарецкой.")
    assert {"Zaretsky", "Зарецком"} == spelled((await asked(storage, word)).readings[0])


async def test_given_names_are_optional_and_tell_whose(storage: Storage) -> None:
    """A short name beside a surname need not be there, but its mentions are told apart."""
    await stock(storage, "It was Peter Zaretsky.", "It was Ivan Zaretsky.")
    first, second = (await asked(storage, "Петя", "Зарецкий")).readings
    assert first is not None
    assert second is not None
    assert (True, False, True) == (first.optional, second.optional, second.sure)
    async with storage.database.read() as connection:
        ids = await people.name_ids(connection, ["Peter", "Ivan"])
    assert {ids["Peter"]} == second.givens


async def test_slips_are_tried_for_absent_words_alone(storage: Storage) -> None:
    """A word that no release has may be mistyped; any other is what it is."""
    await stock(storage, "It was Peter Zaretsky.")
    assert set() == spelled((await asked(storage, "Zaretxky")).readings[0])
    assert {"Zaretsky"} == spelled((await asked(storage, "Zaretxky", absent=(0,))).readings[0])
    assert set() == spelled((await asked(storage, "Zarubin", absent=(0,))).readings[0])


async def test_names_written_apart_are_one(storage: Storage) -> None:
    """Two words may be one name."""
    await stock(storage, "It was Peter McGregor, and Ivan Kara-Murza.")
    assert {"McGregor"} == spelled((await asked(storage, "Mc", "Gregor")).readings[1])
    assert {"Kara-Murza"} == spelled((await asked(storage, "Кара", "Мурза")).readings[0])


async def test_a_near_name_is_an_offer(storage: Storage) -> None:
    """Who is nearest is offered, with the whole name and the number of releases."""
    await stock(storage, "It was Peter Zaretsky.", "Mr Zaretsky again.")
    async with storage.database.read() as connection:
        vocabulary = await known(connection)
        offered = await people.offers(connection, ["Zaretin"], NAMING, vocabulary)
    assert [("Peter Zaretsky", 2)] == [(one.name, one.releases) for one in offered]


async def test_only_persons_are_listed(storage: Storage) -> None:
    """Who is seen behind a given name is a person; a court is not. Spellings are merged."""
    await stock(
        storage, "The Supreme Court heard Peter Zaretsky.", "Суд услышал Петра Зарецкого.",
        "The Supreme Court met.",
    )  # fmt: skip
    async with storage.database.read() as connection:
        total, english = await people.people(connection, NAMING, 2020, 5, 0, "en")
        _, russian = await people.people(connection, NAMING, None, 5, 0, "ru")
    assert (1, [("Peter Zaretsky", 2)]) == (total, [(p.name, p.releases) for p in english])
    assert ["Пётр Зарецкий"] == [p.name for p in russian]


async def state(storage: Storage) -> list[list[Row]]:
    async with storage.database.read() as connection:
        return [await connection.rows(f"SELECT * FROM {table}") for table in TABLES]


async def test_removing_takes_back_exactly_what_was_added(storage: Storage) -> None:
    """A release that goes leaves the index as if it had never been there."""
    await stock(storage, "Peter Short met Ivan Grin.", "A short grin; Ivan Grin and Анна Short.")
    before = await state(storage)
    async with storage.database.write() as tx:
        sort = await tx.value("SELECT max(sort) FROM releases")
        title, body = await tx.row("SELECT title, body FROM releases WHERE sort = ?", (sort,)) or ()
        await people.remove(tx, sort, title, body)
        gone = await tx.value("SELECT count(*) FROM mentions WHERE sort = ?", (sort,))
        await people.add(tx, sort, title, body)
    assert 0 == gone
    assert before == await state(storage)


@pytest.mark.parametrize(
    "words",
    [("Адамович", "Пётр", "Ильич"), ("Пётр", "Адамович"), ("Адамович", "П", "И"),
     ("Peter", "van", "Adamowitsch"), ("Adamovich",)],
)  # fmt: skip
async def test_who_is_the_surname(storage: Storage, words: tuple[str, ...]) -> None:
    """A surname in the shape of a patronymic is found, and all that stands beside it may be
    left out."""
    await stock(storage, "It was Peter Adamovich.", "Говорил Пётр Адамович.")
    readings = (await asked(storage, *words)).readings
    needed = [one for one in readings if one is None or not one.optional]
    assert [{"Adamovich", "Адамович"}] == [spelled(one) for one in needed]


async def test_a_strange_given_name_is_known_from_the_archive(storage: Storage) -> None:
    """Which of two words is the given name, the archive tells where no table does."""
    await stock(storage, "It was Xylo Zaretsky.", "Anna Zaretsky, and Xylo Zaretsky.")
    first, second = (await asked(storage, "Zaretsky", "Xylo")).readings
    assert first is not None
    assert second is not None
    assert (False, True) == (first.optional, second.optional)


async def test_a_slip_leads_to_both_scripts(storage: Storage) -> None:
    """What was mistyped in one script is found though the archive has it in the other alone."""
    await stock(storage, "It was Peter Zaretsky.")
    assert {"Zaretsky"} == spelled((await asked(storage, "Заерцкий", absent=(0,))).readings[0])
    assert {"Zaretsky"} == spelled((await asked(storage, "Зарецкмй", absent=(0,))).readings[0])


async def test_an_ordinary_word_is_no_name_by_the_ear(storage: Storage) -> None:
    """What stands in small letters is looked for as it stands; a given name beside it is wanted."""
    await stock(storage, "Старый дом стоит.", "It was Mr Dam.", "A council sat. The Council rose.")
    assert set() == spelled((await asked(storage, "дом")).readings[0])
    readings = (await asked(storage, "peter", "council")).readings
    assert not any(reading.optional for reading in readings if reading)


async def test_a_woman_is_no_man(storage: Storage) -> None:
    """Where the archive has only a woman of the name, a man's is another."""
    await stock(storage, "Это Анна Зарецова.", "Они ждали Анну Зарецову и писали Зарецовой.")
    assert set() == spelled((await asked(storage, "Зарецов")).readings[0])
    assert spelled((await asked(storage, "Зарецова")).readings[0])
