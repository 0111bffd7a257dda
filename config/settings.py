"""The settings: environment, then .env, then herald.toml, then the defaults; one frozen value."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from dotenv import dotenv_values
from platformdirs import user_config_path, user_data_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as UnreadableSetting

from config.address import origin
from config.archive import ArchiveSettings
from config.campaign import read_toml
from config.errors import SettingsError, list_in_json, sentences, unknown

PREFIX = "HERALD_"
CONFIG_FILE = "herald.toml"

# Lines in .env that are not settings are nobody's business, least of all a library's.
logging.getLogger("dotenv").setLevel(logging.ERROR)

PROXIES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")

# The options of platforms that are lists.
_LISTS = re.compile(r"__(?:ADMINS|CHANNELS|ROOMS|FRAMES)$", re.IGNORECASE)

Model = TypeVar("Model", bound=BaseModel)


class _Sources(BaseSettings):
    """Where settings come from, the strongest first."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",  # unrelated keys in .env are not ours; wrong ones of ours are found by name
        frozen=True,
        hide_input_in_errors=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's own
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls, config_file())
        return init_settings, env_settings, dotenv_settings, toml


def _key_file() -> Path:
    """Handed in by the service manager (systemd's LoadCredential=), else in the user's folder."""
    handed_in = os.environ.get("CREDENTIALS_DIRECTORY")
    if handed_in and (Path(handed_in) / "herald.key").exists():
        return Path(handed_in) / "herald.key"
    return user_config_path("herald") / "herald.key"


class WebSettings(BaseModel):
    """Where the web port listens, and how the world sees it.

    `public_url` is the address of the chat as visitors type it, "" where the port itself is that.
    `frames` are the origins of the sites that may show the chat in a frame.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    public_url: str = ""
    frames: tuple[str, ...] = ()

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, url: str) -> str:
        if url and not origin(url):
            raise ValueError("must be an address such as https://releases.example.org")
        return origin(url)

    @field_validator("frames")
    @classmethod
    def _frames(cls, frames: tuple[str, ...]) -> tuple[str, ...]:
        if any("*" in frame for frame in frames):
            raise ValueError(
                "must name each site in full: with * strangers could show the chat in a frame of"
                " theirs, and lead its visitors' clicks"
            )
        if not all(origin(frame) for frame in frames):
            raise ValueError('must be a list of origins such as ["https://www.example.org"]')
        return tuple(origin(frame) for frame in frames)


class Settings(_Sources):
    """What the operator chose for the whole of Herald; each platform has options of its own."""

    database: Path = Field(default_factory=lambda: user_data_path("herald") / "herald.db")
    secret_key_file: Path = Field(default_factory=_key_file)
    campaign: Path | None = None
    archives: tuple[ArchiveSettings, ...] = ()
    allow_private_networks: bool = False
    proxy: str = ""
    platforms: tuple[str, ...] = ()
    web: WebSettings = WebSettings()
    news_days: float = Field(7, ge=0, le=36500, allow_inf_nan=False)
    burst: int = Field(5, ge=0, le=1_000_000)
    correction_days: float = Field(7, ge=0, le=7, allow_inf_nan=False)
    corrections: int = Field(20, ge=0, le=1000)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level

    @field_validator("database", "secret_key_file", "campaign")
    @classmethod
    def _home(cls, path: Path | None) -> Path | None:
        return path.expanduser() if path is not None else None

    @field_validator("proxy")
    @classmethod
    def _proxy(cls, proxy: str) -> str:
        try:
            parts = urlsplit(proxy)
            usable = bool(parts.hostname and parts.port) and parts.scheme in PROXIES
        except ValueError:
            usable = False
        if proxy and not usable:
            raise ValueError("must be an address such as http://host:3128 or socks5://host:1080")
        return proxy


def config_file() -> Path | None:
    """The TOML file that is read: the one named, or the one in the current folder, or none."""
    named = os.environ.get(f"{PREFIX}CONFIG") or _dotenv().get(f"{PREFIX}CONFIG")
    if named:
        return Path(named).expanduser()
    return Path(CONFIG_FILE) if Path(CONFIG_FILE).exists() else None


def load(platforms: Mapping[str, type[BaseModel]]) -> Settings:
    """The settings. `platforms` are the sections that may be there.

    Raises SettingsError, a line a fault.
    """
    faults: list[str] = []
    known = [*Settings.model_fields, "config"]
    sections: dict[str, type[BaseModel]] = {"web": WebSettings, **platforms}
    for name, model in sections.items():
        known += [f"{name}__{field}" for field in model.model_fields]
    for name, written in _given():
        if name not in known and name not in platforms:
            faults.append(unknown(written, known, name, PREFIX if _is_variable(written) else ""))
    if faults:
        raise SettingsError(faults)
    settings = _built(Settings)
    names = [archive.known_as for archive in settings.archives]
    if len(set(names)) < len(names):
        raise SettingsError(["HERALD_ARCHIVES: every archive needs a name of its own."])
    for name in settings.platforms:
        if name not in platforms:
            offered = ", ".join(sorted(platforms)) or "none"
            raise SettingsError([f"HERALD_PLATFORMS: there is no {name!r}; there are {offered}."])
    return settings


def _is_variable(written: str) -> bool:
    return written.upper().startswith(PREFIX)


def options(model: type[Model], name: str) -> Model | None:
    """A platform's own options, HERALD_NAME__…, or None where none are given.

    Raises SettingsError, a line for each fault.
    """
    field: Any = (model | None, None)
    section = create_model("Section", __base__=_Sources, **{name: field})
    return getattr(_built(section), name)  # type: ignore[no-any-return]


def _built(model: type[Model]) -> Model:
    try:
        return model()
    except ValidationError as error:
        raise SettingsError(sentences(error, model, PREFIX)) from None
    except UnreadableSetting as error:
        field = re.search(r'field "(\w+)"', str(error))
        names = _not_json(field[1] if field else "")
        raise SettingsError([f"{name} must be {list_in_json(name)}." for name in names]) from None


def _not_json(field: str) -> list[str]:
    """Which of the variables of this field begin a list or table that is none."""
    ours = {k: v for k, v in {**_dotenv(), **os.environ}.items() if v}
    name = PREFIX + field.upper()
    sections = [k for k in ours if k.upper().startswith(f"{name}__") and _LISTS.search(k)]
    return sections or [name]


def _given() -> Iterator[tuple[str, str]]:
    """Every setting that is given: its first name in lower case, and as it is written there."""
    for written in {**os.environ, **_dotenv()}:
        if _is_variable(written):
            yield written[len(PREFIX) :].lower().partition("__")[0], written
    file = config_file()
    if file is not None:
        for key in read_toml(file, f"{PREFIX}CONFIG" if file.name != CONFIG_FILE else "Settings"):
            yield key.lower() if key.lower() != "config" else "", key


def _dotenv() -> dict[str, str | None]:
    try:
        return dotenv_values(".env", encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise SettingsError([".env cannot be read as text in UTF-8."]) from None
