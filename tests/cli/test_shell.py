"""What an operator types: answers on standard output, one sentence for every mistake."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import open_storage
from storage.model import Address, RichText
from storage.seal import Seal
from tests.running import environment, herald

FEED = Path(__file__).parent / "feed.xml"
SHAPE = {
    "id", "key", "archive", "title", "published", "published_at", "language", "link", "revision",
    "withdrawn",
}  # fmt: skip


@pytest.fixture
async def env(tmp_path: Path) -> dict[str, str]:
    """Settings with a database that holds the three releases of the feed beside this file."""
    made = environment(tmp_path)
    code, out, err = await herald(made, "import", "--json", str(FEED))
    assert (code, err) == (0, "")
    assert json.loads(out) == {"new": 3, "changed": 0, "known": 0, "refused": []}
    return made


async def test_importing_twice_changes_nothing(env: dict[str, str]) -> None:
    """What is there already is known."""
    code, out, _ = await herald(env, "import", "--json", str(FEED))

    assert (code, json.loads(out)["known"]) == (0, 3)


async def test_a_bad_file_is_one_line_and_the_others_come_in(tmp_path: Path) -> None:
    """Missing, empty, binary, a folder: each a line, exit 1, and the good file is imported."""
    env = environment(tmp_path)
    (tmp_path / "empty.xml").write_bytes(b"")
    (tmp_path / "binary.xml").write_bytes(b"\x00\x01\x02" * 50)
    (tmp_path / "letter.txt").write_text("Dear all,\n\nthis is no archive page.\n")
    bad = [tmp_path / n for n in ("empty.xml", "binary.xml", "letter.txt", "missing.xml")]
    code, out, err = await herald(env, "import", "--json", *map(str, bad), str(tmp_path), str(FEED))

    assert code == 1
    assert json.loads(out)["new"] == 3
    assert [str(f) for f in [*bad, tmp_path]] == [r["file"] for r in json.loads(out)["refused"]]
    assert err.count("\n") == 5


async def test_lists_are_release_objects(env: dict[str, str]) -> None:
    """latest is newest first with snippets, or with whole bodies when asked."""
    _, out, _ = await herald(env, "latest", "2", "--json")
    found = json.loads(out)

    assert ["Third statement", "Second statement"] == [r["title"] for r in found]
    assert SHAPE | {"snippet"} == set(found[0])
    assert ("2026-11-16", "2026-11-16T23:30:00+00:00", "en") == (
        found[1]["published"],
        found[1]["published_at"],
        found[1]["language"],
    )
    _, out, _ = await herald(env, "latest", "1", "--json", "--bodies")
    assert SHAPE | {"body"} == set(json.loads(out)[0])


async def test_show_has_the_whole_release(env: dict[str, str]) -> None:
    """show prints the text, --json the object, --history every state."""
    _, out, _ = await herald(env, "show", "1", "--json")
    release = json.loads(out)
    assert ("http://example.org/?p=1", 1) == (release["key"], release["revision"])
    assert "It began here." in release["body"]
    _, out, _ = await herald(env, "show", "1", "--history", "--json")
    assert [{"revision", "seen_at", "title", "body"}] == [set(r) for r in json.loads(out)]
    code, out, _ = await herald(env, "show", "1")
    assert code == 0
    assert "It began here." in out


async def test_search_finds_words_and_nothing_else(env: dict[str, str]) -> None:
    """One hit is one object; nothing is an empty list and no failure."""
    _, out, _ = await herald(env, "search", "--json", "lighthouse")
    assert ["Second statement"] == [r["title"] for r in json.loads(out)]
    code, out, _ = await herald(env, "search", "--json", "submarine")
    assert (code, json.loads(out)) == (0, [])
    code, _, err = await herald(env, "search", "-lighthouse")
    assert (code, err) == (0, "")


async def test_batch_answers_every_line_whatever_it_is(env: dict[str, str]) -> None:
    """Blank lines, broken UTF-8, NULs and quotes: a JSON line each, in order."""
    typed = b'lighthouse\n\n\xff\xfe\n"((\x00 OR\nunknown:x\r\nlighthouse'
    code, out, _ = await herald(env, "search", "--batch", typed=typed)
    answers = [json.loads(line) for line in out.splitlines()]

    assert code == 0
    assert [1, 0, 0, 0, 0, 1] == [len(answer) for answer in answers]


async def test_an_anniversary_is_an_object(env: dict[str, str]) -> None:
    """With its event, number and date; a year with none has an empty list and is no failure."""
    _, out, _ = await herald(env, "anniversary", "2026", "--json")
    found = json.loads(out)
    assert {"event", "number", "year", "date", "releases"} == set(found)
    assert ("magnitsky", 17, "2026-11-16") == (found["event"], found["number"], found["date"])
    assert [] == found["releases"]
    code, out, _ = await herald(env, "anniversary", "2009", "--json")
    assert (code, json.loads(out)["releases"]) == (0, [])


async def test_status_without_a_database_is_all_zeros(tmp_path: Path) -> None:
    """status never fails for want of anything, and makes no database."""
    env = environment(tmp_path)
    code, out, err = await herald(env, "status", "--json")
    status = json.loads(out)

    assert (code, err) == (0, "")
    assert (0, {}, 0) == (status["releases"], status["subscribers"], status["held"])
    assert {"waiting": 0, "sent": 0, "failed": 0, "unknown": 0} == status["outbox"]
    assert [] == status["queue"]
    assert None is status["archives"][0]["last_read"]
    assert not Path(env["HERALD_DATABASE"]).exists()


async def test_status_shows_what_waits_in_each_lane(env: dict[str, str]) -> None:
    """The queue by lane with its oldest instant for programs, with its age for people."""
    at = datetime.now(UTC) - timedelta(hours=3)
    seal = Seal(b"k" * 32)
    async with open_storage(Path(env["HERALD_DATABASE"]), seal) as storage:
        await storage.subscribers.subscribe(Address("terminal", "1"))
        text, author = RichText("Come at ten."), Address("terminal", "2")
        draft = await storage.statements.draft(author, text, timedelta(days=1), "en", at)
        await storage.statements.send(draft.id, author, at)
        while await storage.outbox.fan_out():
            pass
    _, out, _ = await herald(env, "status", "--json")
    since = at.isoformat(timespec="seconds")
    assert [{"lane": "statement", "waiting": 1, "since": since}] == json.loads(out)["queue"]
    code, out, err = await herald(env, "status")

    assert (0, "") == (code, err)
    assert "  statement    1 waiting, the oldest for 3 h" == out.splitlines()[-1]


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        (["latest", "0"], 2, "N must be a whole number"),
        (["latest", "many"], 2, "N must be a whole number"),
        (["latest", "--bogus"], 2, "There is no option --bogus."),
        (["search"], 2, "WORDS are missing."),
        (["search", "--limit", "0", "x"], 2, "--limit must be a whole number"),
        (["show"], 2, "ID is missing."),
        (["show", "99"], 1, "There is no release 99."),
        (["show", "9" * 30], 1, "There is no release"),
        (["anniversary", "soon"], 2, "must be one number"),
        (["anniversary", "--event", "none"], 2, "There is no event none"),
        (["import"], 2, "FILE... is missing."),
        (["import", "--archive", "none", str(FEED)], 2, "There is no archive none"),
        (["restore", "/nowhere"], 1, "/nowhere"),
        (["conquer"], 2, "conquer"),
    ],
)
async def test_a_mistake_is_one_sentence(
    env: dict[str, str], typed: list[str], code: int, said: str
) -> None:
    """Nothing on standard output, one line on standard error, and the right exit code."""
    ended, out, err = await herald(env, *typed)

    assert (code, "", 1) == (ended, out, err.count("\n"))
    assert said in err


@pytest.mark.parametrize(
    "typed", [["latest"], ["status"], ["demo"], ["run"], ["search", "x"], ["backup", "x"]], ids=str
)
async def test_every_command_checks_the_settings_first(
    env: dict[str, str], typed: list[str]
) -> None:
    """A mistyped setting stops whatever was asked, with 2."""
    code, out, err = await herald(env | {"HERALD_BURTS": "1"}, *typed)

    assert (2, "", 1) == (code, out, err.count("\n"))
    assert "HERALD_BURTS is not a setting" in err


async def test_backup_and_restore_bring_everything_back(
    env: dict[str, str], tmp_path: Path
) -> None:
    """A copy made, the database lost, the copy put back: the releases are there again."""
    copy = tmp_path / "copy.db"
    code, _, err = await herald(env, "backup", str(copy))
    assert (code, err) == (0, "")
    Path(env["HERALD_DATABASE"]).unlink()
    code, _, err = await herald(env, "restore", str(copy))
    assert (code, err) == (0, "")
    _, out, _ = await herald(env, "latest", "--json")
    assert len(json.loads(out)) == 3


async def test_a_broken_backup_is_refused_and_nothing_changes(
    env: dict[str, str], tmp_path: Path
) -> None:
    """A file that is no database of Herald's leaves the present one alone."""
    (tmp_path / "bad.db").write_bytes(b"SQLite format 3\x00 but not really")
    code, _, err = await herald(env, "restore", str(tmp_path / "bad.db"))
    assert (code, err.count("\n")) == (1, 1)
    _, out, _ = await herald(env, "latest", "--json")
    assert len(json.loads(out)) == 3
