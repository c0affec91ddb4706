"""The command line that the wheel contains: an npm archive with the integrity hash of each dependency."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from .errors import CommandLineNotFound
from .node import Node

ARCHIVE = Path(__file__).with_name("command-line.tgz")
_STAGING = ".staging-"
_STAGING_MAX_AGE_SECONDS = 86_400


def install(node: Node, archive: Path = ARCHIVE) -> Path:
    """Install the bundled command line, where it is not installed yet; return the path of its program.

    Each version has a folder of its own in the user's cache. It is installed in a staging folder that is
    renamed, so that an installation is complete or absent, also with several processes at once.

    Raises CommandLineNotFound where the package is not from the wheel, the cache can't be written, or npm
    can't install the dependencies.
    """
    try:
        content = archive.read_bytes()
    except FileNotFoundError:
        raise CommandLineNotFound(
            f"{archive} does not exist: install the wheel, or set TWEET_SENTIMENT to a command that runs "
            "tweet-sentiment"
        ) from None
    digest = hashlib.sha256(content).hexdigest()[:16]
    folder = _cache_folder() / f"{version('tweet-sentiment-models')}-{digest}"
    program = _program(folder)
    if not program.is_file():
        try:
            _install_into(folder, archive, node)
        except OSError as error:
            raise CommandLineNotFound(
                f"the command line can't be installed into {folder}: {error.strerror}; the variable "
                "XDG_CACHE_HOME may name another folder"
            ) from error
    return program


def _program(folder: Path) -> Path:
    return folder / "dist" / "main.js"


def _cache_folder() -> Path:
    default = os.environ.get("LOCALAPPDATA") if os.name == "nt" else None
    try:
        cache = os.environ.get("XDG_CACHE_HOME") or default or Path.home() / ".cache"
    except RuntimeError:
        # A user without a name, as in a container.
        raise CommandLineNotFound(
            "this user has no home folder: the variable XDG_CACHE_HOME names the folder in which the command "
            "line is installed"
        ) from None
    return Path(cache) / "tweet-sentiment-models"


def _install_into(folder: Path, archive: Path, node: Node) -> None:
    print(f"tweet-sentiment: installing the command line into {folder}, once", file=sys.stderr)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(folder.parent)
    staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=folder.parent))
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(staging)  # The wheel's own archive: pip has compared it with its hash.
        package = staging / "package"
        _install_dependencies(package, node)
        _remove_other_platforms(package, node)
        if folder.is_dir() and not _program(folder).is_file():
            # Something has removed files of it, such as a program that cleans caches.
            folder.rename(staging / "damaged")
        try:
            package.rename(folder)
        except OSError:
            # Another process was first.
            if not _program(folder).is_file():
                raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _install_dependencies(package: Path, node: Node) -> None:
    options = ["--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(
        [node.npm, "ci", *options], cwd=package, capture_output=True, text=True, errors="replace"
    )
    if done.returncode != 0:
        reason = "\n".join((done.stderr or done.stdout).strip().splitlines()[:10])
        raise CommandLineNotFound(
            f"npm can't install the dependencies of the command line (exit code {done.returncode}); it needs "
            "its registry once. Try again, or set TWEET_SENTIMENT to a command that runs tweet-sentiment. "
            f"npm reports:\n{reason}"
        )


def _remove_other_platforms(package: Path, node: Node) -> None:
    """ONNX Runtime has libraries for every platform, 288 MB; those of one platform are 45 MB or less."""
    for folder in package.glob("node_modules/onnxruntime-node/bin/*/*/*"):
        if folder.is_dir() and (folder.parent.name, folder.name) != (node.platform, node.arch):
            shutil.rmtree(folder)


def _remove_abandoned(cache: Path) -> None:
    """Staging folders of installations that were killed."""
    for staging in cache.glob(f"{_STAGING}*"):
        try:
            is_abandoned = time.time() - staging.stat().st_mtime > _STAGING_MAX_AGE_SECONDS
        except OSError:
            continue
        if is_abandoned:
            shutil.rmtree(staging, ignore_errors=True)
