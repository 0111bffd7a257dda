"""What an operator may set for Matrix, and how a wrong setting is told."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.platforms import matrix
from bot.platforms.matrix import Options, connect
from config import SettingsError
from tests.fakes.synapse import Synapse
from tests.running import environment, herald

GIVEN = {"homeserver": "https://matrix.example.org", "user": "@herald:example.org"}
SECRET = {"password": "a secret"}


def test_addresses_lose_their_last_slash_and_tokens_their_spaces() -> None:
    """What people paste is taken as it is meant; a password is what it is."""
    options = Options.model_validate(
        {**GIVEN, "homeserver": " http://127.0.0.1:8008/ ", "access_token": " syt_x\n"}
    )
    other = Options.model_validate({**GIVEN, "password": " with spaces "})

    assert "http://127.0.0.1:8008" == options.homeserver
    assert options.access_token
    assert "syt_x" == options.access_token.get_secret_value()
    assert other.password
    assert " with spaces " == other.password.get_secret_value()
    assert "syt_x" not in repr(options)


def test_rooms_and_admins_are_taken_once() -> None:
    """Ids of rooms name no server since version 12."""
    rooms = ["#news:example.org", "!abc:example.org", "!IBt64_JIX3A37gRd1eM", "#news:example.org"]
    options = Options.model_validate(
        {**GIVEN, **SECRET, "rooms": rooms, "admins": ["@a:example.org", " @a:example.org"]}
    )

    assert tuple(rooms[:3]) == options.rooms
    assert ("@a:example.org",) == options.admins


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("homeserver", "matrix.example.org"),
        ("homeserver", "ftp://example.org"),
        ("homeserver", "https://user:secret@example.org"),
        ("homeserver", "https://example.org/?x=secret"),
        ("homeserver", "http://[broken"),
        ("user", "herald"),
        ("user", "@herald"),
        ("user", "herald:example.org"),
        ("user", "@her ald:example.org"),
        ("user", "@" + "h" * 250 + ":example.org"),
        ("admins", ["anna"]),
        ("rooms", ["news"]),
        ("rooms", ["#news"]),
        ("rooms", ["! x"]),
        ("password", ""),
        ("rate", 0),
        ("rate", 1001),
        ("rate", "nan"),
        ("colour", "blue"),
    ],
)
def test_what_cannot_be_meant_is_refused(field: str, value: object) -> None:
    """Without a word of the value in what is said."""
    with pytest.raises(ValidationError) as raised:
        Options.model_validate({**GIVEN, **SECRET, field: value})

    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("secrets", [{}, {"password": "secret", "access_token": "secret"}])
def test_it_is_either_a_password_or_a_token(secrets: dict[str, str]) -> None:
    """Else nobody knows which of the two is meant."""
    with pytest.raises(ValidationError, match="not both"):
        Options.model_validate({**GIVEN, **secrets})


def test_the_options_load_no_library() -> None:
    """Every command reads them, and the libraries are an extra."""
    code = "import sys, bot.platforms; bot.platforms.option_models(); print('nio' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert "False" == done.stdout.strip()


async def test_without_the_extra_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It ends as any other wrong setting does."""
    monkeypatch.setattr(
        matrix, "find_spec", lambda name: None if name == "vodozemac" else find_spec(name)
    )
    with pytest.raises(SettingsError) as raised:
        await connect(Options.model_validate({**GIVEN, **SECRET}), None)  # type: ignore[arg-type]

    assert ["Matrix needs more libraries. Install them: pip install 'herald-bot[matrix]'"] == (
        raised.value.sentences
    )


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (
            {"MATRIX__ACCESS_TOKEN": "syt_secret"},
            "herald: HERALD_MATRIX__ACCESS_TOKEN: give either this or the password, and not both.",
        ),
        (
            {"MATRIX__USER": "herald"},
            "herald: HERALD_MATRIX__USER must be a whole user id, such as @herald:example.org.",
        ),
        ({}, "herald: The homeserver refused the user or the password."),
    ],
)
async def test_a_wrong_setting_ends_a_run_with_one_line(
    synapse: Synapse, tmp_path: Path, more: dict[str, str], sentence: str
) -> None:
    """Exit code 2, and nothing that repeats a secret."""
    given = {
        "MATRIX__HOMESERVER": synapse.url, "MATRIX__USER": "@herald:synapse.test",
        "MATRIX__PASSWORD": "a secret", "PLATFORMS": ["matrix"], "ARCHIVES": [],
    }  # fmt: skip
    env = environment(tmp_path, **(given | more))
    code, out, err = await herald(env, "run")

    assert (2, "") == (code, out)
    assert sentence == err.strip().splitlines()[-1]
    assert "secret" not in err
