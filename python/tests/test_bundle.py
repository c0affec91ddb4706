"""The command line of the wheel in the user's cache, with an archive and an npm of the test."""

from __future__ import annotations

import io
import os
import shutil
import tarfile
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from tweet_sentiment_models import CommandLineNotFound, bundle
from tweet_sentiment_models.node import Node


class InstallTest(unittest.TestCase):
    """An installation from a small archive."""

    def setUp(self) -> None:
        """Make the archive, a program in place of npm, and an empty cache."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.archive = self.folder / "command-line.tgz"
        with tarfile.open(self.archive, "w:gz") as tar:
            file = tarfile.TarInfo("package/dist/main.js")
            file.size = 1
            tar.addfile(file, io.BytesIO(b"1"))
        npm = self.folder / "npm"
        npm.write_text("#!/bin/sh\n")
        npm.chmod(0o755)
        self.cache = self.folder / "cache"
        variables = {"PATH": str(self.folder), "XDG_CACHE_HOME": str(self.cache)}
        for patch in (
            mock.patch.dict(os.environ, variables),
            mock.patch.object(bundle, "version", lambda _: "1"),
            mock.patch("sys.stderr", io.StringIO()),
        ):
            patch.start()
            self.addCleanup(patch.stop)

    def install(self) -> Path:
        """Install the archive; return the program."""
        return bundle.install(Node("node", "linux", "x64"), self.archive)

    def test_installs_again_what_has_lost_its_files(self) -> None:
        program = self.install()
        shutil.rmtree(program.parent)
        self.assertEqual(program, self.install())
        self.assertEqual("1", program.read_text())
        self.assertEqual(
            [program.parents[1]], list((self.cache / "tweet-sentiment-models").iterdir())
        )

    def test_names_the_variable_where_there_is_no_home(self) -> None:
        del os.environ["XDG_CACHE_HOME"]
        with mock.patch.object(Path, "home", side_effect=RuntimeError("no home")):
            self.assertRaisesRegex(CommandLineNotFound, "XDG_CACHE_HOME", self.install)


if __name__ == "__main__":
    unittest.main()
