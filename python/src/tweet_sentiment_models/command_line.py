"""Finds and runs the command line `tweet-sentiment`.

It is never downloaded by its name, which is that of a stranger's package as soon as somebody publishes one.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import bundle
from .errors import CommandFailed, CommandLineNotFound
from .node import find_node

_CHECKOUT = Path(__file__).resolve().parents[3]


def find() -> list[str]:
    """The words of the command that runs the command line. The first that there is:

    - the command in the variable TWEET_SENTIMENT;
    - the build of the server's checkout that this package is part of;
    - the copy in the wheel, which is installed into the user's cache once.

    Raises CommandLineNotFound where none can be run.
    """
    command = os.environ.get("TWEET_SENTIMENT", "").strip()
    if not command:
        return find_own()
    try:
        return shlex.split(command)
    except ValueError as error:
        raise CommandLineNotFound(f"TWEET_SENTIMENT is no command: {error}: {command}") from None


def find_own() -> list[str]:
    """As `find`, without the variable."""
    node = find_node()
    if not _is_checkout(_CHECKOUT):
        return [node.program, str(bundle.install(node))]
    program = _CHECKOUT / "dist" / "main.js"
    if not program.is_file():
        raise CommandLineNotFound(
            f"{program} does not exist: run `npm ci && npm run build` in {_CHECKOUT}"
        )
    return [node.program, str(program)]


def _is_checkout(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / "package.json").read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("name") == "tweet-sentiment-server"


def run(arguments: Sequence[str], cwd: Path, text: str | None = None) -> str:
    """Run a command; return what it printed. Its warnings go to standard error.

    `text` is its standard input. Raises CommandFailed with the command's message where its exit code is not 0.
    """
    command = [*find(), *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            input=text or "",
            capture_output=True,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise CommandLineNotFound(
            f"{command[0]} can't be run: {error.strerror}; TWEET_SENTIMENT is the command that runs tweet-sentiment"
        ) from error
    if done.returncode != 0:
        message = done.stderr.strip()
        prefix = "tweet-sentiment: "
        raise CommandFailed(
            message[len(prefix) :] if message.startswith(prefix) else message, done.returncode
        )
    # Warnings.
    sys.stderr.write(done.stderr)
    return done.stdout


def run_json(arguments: Sequence[str], cwd: Path, text: str | None = None) -> Any:
    """As `run`, for a command that prints JSON."""
    return json.loads(run(arguments, cwd, text))


def main() -> int:
    """The program `tweet-sentiment` of the wheel: replaces this process by the command line."""
    try:
        # Not `find`: TWEET_SENTIMENT may be this program.
        command = [*find_own(), *sys.argv[1:]]
    except CommandLineNotFound as error:
        print(f"tweet-sentiment: {error}", file=sys.stderr)
        return 2
    if os.name == "nt":
        return subprocess.call(command)
    os.execv(command[0], command)
