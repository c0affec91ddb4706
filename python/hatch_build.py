"""Packs the command line into the wheel."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CommandLineHook(BuildHookInterface):  # type: ignore[misc, unused-ignore]
    """Runs `npm run pack`. An editable installation uses the build of its checkout instead."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Pack the command line into a temporary folder, and add it to the wheel."""
        if version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory()
        command = ["npm", "run", "--silent", "pack", "--", self._folder.name]
        subprocess.run(command, cwd=Path(self.root).parent, check=True)
        (archive,) = Path(self._folder.name).iterdir()
        build_data["force_include"][str(archive)] = "tweet_sentiment_models/command-line.tgz"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the folder."""
        if version != "editable":
            self._folder.cleanup()
