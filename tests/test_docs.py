"""The documents are held to the program: nothing that can be typed or set is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.cli import app
from bot.commands import commands
from bot.metrics import Metrics
from bot.platforms import option_models
from config import ArchiveSettings, Settings
from tests.watched import TELEGRAM, shown, snapshot

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", commands(), ids=lambda c: c.name)
def test_every_chat_command_has_help_and_is_in_the_readme(command) -> None:
    """A command that nobody can find does not exist."""
    assert command.help
    assert f"/{command.name}" in README


@pytest.mark.parametrize("name", [c.name for c in app.registered_commands])
def test_every_shell_command_is_in_the_readme(name: str) -> None:
    """So it is for the operator's commands."""
    assert f"herald {name}" in README


def settings() -> set[str]:
    """Every variable there is, those of sections and platforms included."""
    names: set[str] = set()
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            names |= {f"HERALD_{name}__{inner}".upper() for inner in section.model_fields}
        else:
            names.add(f"HERALD_{name}".upper())
    for platform, model in option_models().items():
        names |= {f"HERALD_{platform}__{field}".upper() for field in model.model_fields}
    return names


def test_every_setting_is_in_the_readme() -> None:
    """Every setting, every option of a platform and every field of an archive is explained."""
    fields = {f"`{field}`" for field in ArchiveSettings.model_fields}

    assert [] == sorted(name for name in settings() | fields if name not in README)


def test_the_readme_names_no_setting_that_is_not_there() -> None:
    """A setting that is gone is gone from the README."""
    named = set(re.findall(r"HERALD_[A-Z_]*[A-Z]", README))

    assert set() == named - settings() - {"HERALD_CONFIG"}


def metrics() -> dict[str, str]:
    """Every metric there is, as it is asked for: its name, and its kind."""
    families = shown(Metrics([TELEGRAM]), snapshot()).values()
    return {f"{f.name}_total" if f.type == "counter" else f.name: f.type for f in families}


@pytest.mark.parametrize("name", sorted(metrics()))
def test_every_metric_is_in_the_readme(name: str) -> None:
    """A figure that nobody knows of warns nobody."""
    assert re.search(rf"`{name}\b", README)


def test_the_readme_names_no_metric_that_is_not_there() -> None:
    """A rule over a figure that is gone never speaks."""
    known = metrics()
    parts = {f"{name}_bucket" for name, kind in known.items() if kind == "histogram"}

    assert set() == set(re.findall(r"\bherald_[a-z_]+", README)) - known.keys() - parts


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz"])
def test_every_page_of_the_web_port_is_in_the_readme(path: str) -> None:
    """So it is for what can be looked at."""
    assert f"`{path}`" in README
