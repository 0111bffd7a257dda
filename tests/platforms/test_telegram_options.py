"""What an operator may set for Telegram, and how a wrong setting is told."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

from bot.platforms.telegram import Options

TOKEN = "123456:AA-secret_part"


def test_the_address_loses_its_last_slash_and_the_token_its_spaces() -> None:
    """What people paste is taken as it is meant."""
    options = Options.model_validate({"token": f" {TOKEN}\n", "api_url": "http://127.0.0.1:8081/"})

    assert options.token.get_secret_value() == TOKEN
    assert options.api_url == "http://127.0.0.1:8081"
    assert TOKEN not in repr(options)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://example.org/telegram",
        " https://herald.example.org:8443/hook/?x=1 ",
        "http://127.0.0.1:8080/telegram",
        "http://localhost/telegram",
        "http://[::1]:80/",
    ],
)
def test_a_webhook_is_on_the_web_or_on_this_machine(url: str) -> None:
    """Plain http never leaves the machine."""
    assert url.strip() == Options.model_validate({"token": TOKEN, "webhook_url": url}).webhook_url


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("token", "no token"),
        ("token", "123456"),
        ("token", "AA:123456"),
        ("token", "123456:AA/../secret"),
        ("api_url", "api.telegram.org"),
        ("api_url", "ftp://example.org"),
        ("api_url", "http://[broken"),
        ("api_url", "https://example.org/?x=secret"),
        ("admins", ["@someone"]),
        ("admins", [0]),
        ("rate", 0),
        ("rate", 1001),
        ("rate", "nan"),
        ("paid", "perhaps"),
        ("probe_seconds", -1),
        ("probe_seconds", 601),
        ("probe_seconds", "nan"),
        ("webhook", "https://example.org"),
        ("webhook_url", "http://example.org/secret"),
        ("webhook_url", "http://127.0.0.1.example.org/secret"),
        ("webhook_url", "https://me:secret@example.org/"),
        ("webhook_url", "https:///secret"),
        ("webhook_url", "example.org"),
    ],
)
def test_a_wrong_option_is_named_and_its_value_is_not_shown(field: str, value: object) -> None:
    """One fault, at its field; a mistyped token is a secret all the same."""
    with pytest.raises(ValidationError) as caught:
        Options.model_validate({"token": TOKEN, field: value})

    (fault,) = caught.value.errors(include_input=False, include_url=False)
    assert fault["loc"][0] == field
    assert "secret" not in str(caught.value)


def test_a_look_for_what_is_in_doubt_is_wanted_and_needs_an_admin() -> None:
    """It is off unless it is asked for; without an admin nobody says where a run began."""
    chosen: list[dict[str, object]] = [
        {}, {"admins": [7]}, {"probe_seconds": 30}, {"admins": [7], "probe_seconds": 30}
    ]  # fmt: skip
    probing = [Options.model_validate({"token": TOKEN} | some).probing for some in chosen]
    assert [False, False, False, True] == probing


def test_options_load_no_library() -> None:
    """The shell's commands check settings in no time: Telegram's library stays unread."""
    code = (
        "import sys, bot.platforms.telegram;"
        "sys.exit(bool({'telegram', 'aiohttp', 'structlog'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
