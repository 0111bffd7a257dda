"""Settings: where they come from, and what is said when one is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr

from config import Settings, SettingsError, load, load_campaign, options


class Options(BaseModel):
    """Stands for a platform's own options."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: SecretStr
    admins: tuple[int, ...] = ()


PLATFORMS = {"telegram": Options}


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without settings, and an environment without any of ours."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def settings() -> Settings:
    return load(PLATFORMS)


def fault(monkeypatch: pytest.MonkeyPatch, **given: str) -> str:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised:
        load(PLATFORMS)
        options(Options, "telegram")
    return " ".join(raised.value.sentences)


def test_defaults_need_nothing() -> None:
    """Without any setting Herald has a database, a key file and the campaign's archive."""
    assert settings().database.name == "herald.db"
    assert settings().secret_key_file.name == "herald.key"
    assert (settings().news_days, settings().burst) == (7, 5)
    assert options(Options, "telegram") is None


def test_the_environment_beats_dotenv_beats_the_file(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order of precedence is environment, .env, herald.toml, defaults."""
    (empty / "herald.toml").write_text("burst = 1\nnews_days = 1\nlog_level = 'ERROR'\n")
    (empty / ".env").write_text("HERALD_BURST=2\nHERALD_NEWS_DAYS=2\nSOMETHING_ELSE=yes\n")
    monkeypatch.setenv("HERALD_BURST", "3")

    assert (settings().burst, settings().news_days, settings().log_level) == (3, 2, "ERROR")


def test_a_platforms_options_come_from_all_sources(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nested options of one platform may be spread over file and environment."""
    (empty / "herald.toml").write_text("[telegram]\nadmins = [7]\n")
    monkeypatch.setenv("HERALD_TELEGRAM__TOKEN", "1:secret")

    given = options(Options, "telegram")

    assert given is not None
    assert (given.token.get_secret_value(), given.admins) == ("1:secret", (7,))


@pytest.mark.parametrize(
    ("name", "offer"),
    [
        ("HERALD_BURTS", "HERALD_BURST?"),
        ("HERALD_TELEGRAM_TOKEN", "HERALD_TELEGRAM__TOKEN?"),
        ("HERALD_DATABSE", "HERALD_DATABASE?"),
        ("HERALD_WEB_PORT", "HERALD_WEB__PORT?"),
        ("HERALD_TOKEN", "HERALD_TELEGRAM__TOKEN?"),
        ("HERALD_TELEGRAM_ADM", "HERALD_TELEGRAM__ADMINS?"),
        ("HERALD_LOGLEVEL", "HERALD_LOG_LEVEL?"),
    ],
)
def test_an_unknown_name_offers_the_nearest(
    name: str, offer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistyped variable stops the start and says what was probably meant."""
    said = fault(monkeypatch, **{name: "9"})

    assert said.startswith(f"{name} is not a setting")
    assert offer in said


def test_an_unknown_option_offers_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    """So does a mistyped option of a platform."""
    said = fault(monkeypatch, HERALD_TELEGRAM__TOKN="1:very-secret")

    assert "HERALD_TELEGRAM__TOKN is not a setting: did you mean HERALD_TELEGRAM__TOKEN?" in said
    assert "very-secret" not in said


def test_an_unknown_name_in_a_file_is_found(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """herald.toml and .env are checked as the environment is."""
    (empty / ".env").write_text("HERALD_BURTS=1\n")
    assert "HERALD_BURTS" in fault(monkeypatch)
    (empty / ".env").unlink()
    (empty / "herald.toml").write_text("burts = 1\n")
    assert "burts is not a setting" in fault(monkeypatch)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HERALD_BURST", "many", "HERALD_BURST must be a whole number."),
        ("HERALD_BURST", "-1", "HERALD_BURST must be at least 0."),
        ("HERALD_LOG_LEVEL", "loud", "HERALD_LOG_LEVEL must be one of"),
        ("HERALD_PROXY", "ftp://user:word@host", "HERALD_PROXY must be an address such as"),
        ("HERALD_PROXY", "socks5://host", "HERALD_PROXY must be an address such as"),
        ("HERALD_PROXY", "socks4h://host:1", "HERALD_PROXY must be an address such as"),
        ("HERALD_PLATFORMS", "telegram", "HERALD_PLATFORMS must be a list in JSON"),
        ("HERALD_PLATFORMS", '["telegraph"]', "there is no 'telegraph'; there are telegram."),
        ("HERALD_ARCHIVES", "[{", "HERALD_ARCHIVES must be a list in JSON"),
        ("HERALD_ARCHIVES", '[{"name": "a"}]', "HERALD_ARCHIVES (no. 1, url) is missing."),
        ("HERALD_ARCHIVES", '[{"url": "htp//x"}]', "(no. 1, url) must be an address"),
        ("HERALD_ARCHIVES", '[{"url": "http://x", "poll_seconds": 5}]', "at least 60"),
        ("HERALD_ARCHIVES", '[{"url": "http://x", "timezone": "Mars"}]', "must be a time zone"),
        ("HERALD_ARCHIVES", '[{"url": "http://x", "nmae": "a"}]', "did you mean"),
        ("HERALD_ARCHIVES", '[{"url": "http://x"}, {"url": "http://x"}]', "a name of its own"),
        ("HERALD_TELEGRAM__ADMINS", "me", "HERALD_TELEGRAM__ADMINS must be a list in JSON"),
        ("HERALD_CONFIG", "/nowhere/herald.toml", "/nowhere/herald.toml cannot be read"),
    ],
)
def test_a_wrong_value_is_named_and_never_shown(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence names the setting and what would be right; the value stays unsaid."""
    assert said in fault(monkeypatch, **{name: value})


def test_a_secret_is_in_no_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a fault beside the token does not print the token."""
    said = fault(
        monkeypatch, HERALD_TELEGRAM__TOKEN="12:hush-hush", HERALD_TELEGRAM__ADMINS='["x"]'
    )

    assert "hush" not in said
    assert "HERALD_TELEGRAM__ADMINS" in said


def test_an_archive_on_a_private_address_may_be_asked_every_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The bound of sixty seconds protects other people's servers only."""
    monkeypatch.setenv("HERALD_ARCHIVES", '[{"url": "http://127.0.0.1:1/", "poll_seconds": 1}]')

    assert settings().archives[0].poll_seconds == 1


@pytest.mark.parametrize(
    "address",
    [
        "example.org",
        "https://x.test/chat",
        "https://x.test?a=1",
        "ftp://x.test",
        "https://a:b@x.test",
        "https://x.test; x",
    ],
)
def test_an_address_of_the_chat_is_a_scheme_and_a_host(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anything else would make links and policies that do not hold."""
    monkeypatch.setenv("HERALD_WEB__PUBLIC_URL", address)
    with pytest.raises(SettingsError, match="HERALD_WEB__PUBLIC_URL must be an address"):
        load(PLATFORMS)


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("https://вестник.рф/", "https://xn--b1agjinxh.xn--p1ai"),
        ("https://xn--b1agjinxh.xn--p1ai", "https://xn--b1agjinxh.xn--p1ai"),
        ("HTTPS://WWW.Example.org:443", "https://www.example.org"),
        ("http://Straße.test:8080", "http://xn--strae-oqa.test:8080"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_an_address_is_kept_as_browsers_send_it(
    written: str, known: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they name as Host and Origin can be compared with it, in whatever script it is."""
    monkeypatch.setenv("HERALD_WEB__PUBLIC_URL", written)
    monkeypatch.setenv("HERALD_WEB__FRAMES", f'["{written}"]')

    assert (known, (known,)) == (settings().web.public_url, settings().web.frames)


@pytest.mark.parametrize("frame", ["https://*", "https://*.example.org", "*"])
def test_a_frame_is_for_no_stranger(frame: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each site that may frame the chat is named in full, and the operator hears why."""
    said = fault(monkeypatch, HERALD_WEB__FRAMES=f'["{frame}"]')

    assert "HERALD_WEB__FRAMES must name each site in full" in said
    assert "strangers" in said


def test_a_key_handed_in_by_the_service_manager_is_used(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """systemd's LoadCredential= puts the key in a folder that it names."""
    (empty / "herald.key").write_text("x")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(empty))

    assert settings().secret_key_file == empty / "herald.key"


def test_a_campaign_file_is_laid_over_the_default(empty: Path) -> None:
    """What the operator's file leaves out stays as it is."""
    file = empty / "mine.toml"
    file.write_text('name = "Mine"\n')

    campaign = load_campaign(file)

    assert campaign.name == "Mine"
    assert campaign.events == load_campaign(None).events


@pytest.mark.parametrize("text", ["name = ", "name = 5", 'nmae = "x"', "[[events]]\nname = 'a'"])
def test_a_broken_campaign_is_one_sentence(empty: Path, text: str) -> None:
    """A campaign file that cannot be used is named."""
    file = empty / "mine.toml"
    file.write_text(text)

    with pytest.raises(SettingsError, match=r"mine\.toml"):
        load_campaign(file)
