"""What is specific to the campaign: read from campaign.toml and the operator's file over it."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from config.archive import ArchiveSettings, zone
from config.errors import SettingsError, sentences


class EventSettings(BaseModel):
    """A date that is remembered every year, the words that name it, its title by language.

    `about` are words that tell it from other events of the same person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    date: date
    words: tuple[str, ...] = ()
    titles: dict[str, str] = {}
    about: tuple[str, ...] = ()


class CampaignFile(BaseModel):
    """A campaign: its name and contact, its archives, what it remembers, how names are written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    language: str = "en"
    timezone: str = "Europe/London"
    contact: dict[str, str] = {}
    archives: tuple[ArchiveSettings, ...] = ()
    events: tuple[EventSettings, ...] = ()
    aliases: tuple[tuple[str, ...], ...] = ()

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, name: str) -> str:
        return zone(name)


def load_campaign(over: Path | None) -> CampaignFile:
    """The default campaign with the operator's file laid over it. Raises SettingsError."""
    default = (resources.files("config") / "campaign.toml").read_text(encoding="utf-8")
    values = tomllib.loads(default)
    known = values["aliases"]
    if over is not None:
        own = read_toml(over, "HERALD_CAMPAIGN")
        values |= own
        if isinstance(own.get("aliases"), list):  # every alias known is of use; none is in the way
            values["aliases"] = [*known, *own["aliases"]]
    try:
        return CampaignFile.model_validate(values)
    except ValidationError as error:
        raise SettingsError(sentences(error, CampaignFile, f"{over}: ", upper=False)) from None


def given_names() -> tuple[tuple[str, ...], ...]:
    """Given names that mean the same, in groups: short, foreign and other spellings."""
    text = (resources.files("config") / "given_names.txt").read_text(encoding="utf-8")
    lines = (line.partition("#")[0].split() for line in text.splitlines())
    return tuple(tuple(names) for names in lines if names)


def read_toml(path: Path, named_by: str) -> dict[str, Any]:
    """The tables of a TOML file. Raises SettingsError naming the setting that points there."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise SettingsError([f"{named_by}: {path} cannot be read: {reason}."]) from None
    except UnicodeDecodeError:
        raise SettingsError([f"{named_by}: {path} is not a text file in UTF-8."]) from None
    except tomllib.TOMLDecodeError as error:
        # tomllib says what and where ("at line 3, column 9"), and quotes no value.
        raise SettingsError([f"{named_by}: {path} is not valid TOML: {error}."]) from None
