"""Where people are. One file or folder here is one platform; it has `Options` and `connect`.

The folder is the list: what stands here with options of its own can be named in the settings.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType

from pydantic import BaseModel


def modules() -> Mapping[str, ModuleType]:
    """The platforms an operator can set up, by name."""
    found = {m.name: import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)}
    return {name: module for name, module in found.items() if hasattr(module, "Options")}


def option_models() -> dict[str, type[BaseModel]]:
    """The options of each platform an operator can set up, by name."""
    return {name: module.Options for name, module in modules().items()}
