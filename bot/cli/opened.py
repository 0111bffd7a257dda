"""What every command begins with: all settings checked, then the database, if there is one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel

from bot.chat import Campaign
from bot.platforms import option_models
from config import (
    ArchiveSettings,
    CampaignFile,
    Settings,
    given_names,
    load,
    load_campaign,
    options,
)
from storage import Storage, open_storage
from storage.model import Archive, Correcting, Event, Naming


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the operator chose, checked: settings, platforms' options, archives, campaign, names."""

    settings: Settings
    options: dict[str, BaseModel]
    archives: tuple[Archive, ...]
    campaign: Campaign
    naming: Naming


def chosen() -> Chosen:
    """Read and check every setting. Raises SettingsError."""
    models = option_models()
    settings = load(models)
    given = {name: options(model, name) for name, model in models.items()}
    if "web" in models:  # the chat on the web port needs nothing to be set
        given["web"] = settings.web
    file = load_campaign(settings.campaign)
    return Chosen(
        settings,
        {name: value for name, value in given.items() if value is not None},
        tuple(archive_of(a) for a in settings.archives or file.archives),
        campaign_of(file),
        naming_of(file),
    )


def archive_of(given: ArchiveSettings) -> Archive:
    return Archive(
        name=given.known_as,
        url=given.url,
        language=given.language,
        timezone=given.timezone,
        poll_seconds=given.poll_seconds,
        reconcile_seconds=given.reconcile_seconds,
    )


def correcting_of(settings: Settings) -> Correcting | None:
    """How far copies that were sent are corrected; None where they are left as they are."""
    if not settings.correction_days or not settings.corrections:
        return None
    return Correcting(timedelta(days=settings.correction_days), settings.corrections)


def campaign_of(file: CampaignFile) -> Campaign:
    events = tuple(Event(e.name, e.date, e.words, e.titles, e.about) for e in file.events)
    return Campaign(file.name, file.contact, events, file.timezone, file.language)


def naming_of(file: CampaignFile) -> Naming:
    return Naming(given_names(), file.aliases)


@asynccontextmanager
async def reading(wishes: Chosen) -> AsyncIterator[Storage | None]:
    """The database for a look, without its key; None where there is none yet."""
    database = wishes.settings.database
    if not database.exists():
        yield None
        return
    async with open_storage(database, checkpoints=False, naming=wishes.naming) as storage:
        yield storage
