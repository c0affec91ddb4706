"""The wheel of this checkout, built once for all tests."""

from __future__ import annotations

import atexit
import functools
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support import ROOT

PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")


@functools.cache
def build_wheel() -> Path:
    """Build the wheel in a folder of its own, which is removed at the end."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    command = [*PIP, "wheel", "--no-deps", "-w", folder.name, str(ROOT / "python")]
    subprocess.run(command, check=True)
    (wheel,) = Path(folder.name).iterdir()
    return wheel
