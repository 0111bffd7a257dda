"""What the operator chose: the only reader of the environment. This is the front door."""

from config.archive import ArchiveSettings
from config.campaign import CampaignFile, given_names, load_campaign
from config.errors import SettingsError
from config.settings import Settings, load, options

__all__ = [
    "ArchiveSettings",
    "CampaignFile",
    "Settings",
    "SettingsError",
    "given_names",
    "load",
    "load_campaign",
    "options",
]
