"""Node.js, which runs the command line."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass

from .errors import CommandLineNotFound

_MIN_VERSION = (20, 19)
_WANTED = f"tweet-sentiment needs Node.js {'.'.join(map(str, _MIN_VERSION))} or newer"


@dataclass(frozen=True)
class Node:
    """A Node.js that is new enough, with its own names of its platform, such as `linux` and `x64`."""

    program: str
    platform: str
    arch: str

    @property
    def npm(self) -> str:
        """The path of npm. Raises CommandLineNotFound where there is none."""
        npm = shutil.which("npm")
        if npm is None:
            raise CommandLineNotFound(
                "npm is not in PATH: it installs the command line; it is a part of Node.js"
            )
        return npm


def find_node(path: str | None = None) -> Node:
    """Find Node.js in `path`, by default PATH. Raises CommandLineNotFound where it is absent or too old."""
    program = shutil.which("node", path=path)
    if program is None:
        raise CommandLineNotFound(f"node is not in PATH: {_WANTED}")
    script = "console.log(process.versions.node, process.platform, process.arch)"
    done = subprocess.run([program, "-e", script], capture_output=True, text=True)
    words = done.stdout.split()
    found = re.match(r"(\d+)\.(\d+)", words[0]) if len(words) == 3 else None
    if found is None:
        raise CommandLineNotFound(f"{program} can't be run: {_WANTED}: {done.stderr.strip()}")
    if tuple(map(int, found.groups())) < _MIN_VERSION:
        raise CommandLineNotFound(f"{program} is version {words[0]}: {_WANTED}")
    return Node(program, words[1], words[2])
