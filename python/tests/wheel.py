"""The wheel of this checkout, built once for all tests."""

from __future__ import annotations

import atexit
import functools
import subprocess
import tempfile
from pathlib import Path

from tests.support import ROOT


@functools.cache
def build_wheel() -> Path:
    """Build the wheel in a folder of its own, which is removed at the end."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    command = [
        "uv",
        "build",
        "--quiet",
        "--wheel",
        "--no-create-gitignore",
        "--out-dir",
        folder.name,
    ]
    subprocess.run([*command, ROOT / "python"], check=True)
    (wheel,) = Path(folder.name).iterdir()
    return wheel
