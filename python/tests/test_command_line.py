"""Where the command line comes from, and what is reported where it is not here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from tests.support import ROOT
from tweet_sentiment_models import CommandFailed, CommandLineNotFound, command_line

SOURCE = ROOT / "python" / "src"


class FindTest(unittest.TestCase):
    """The command that `find` returns."""

    def setUp(self) -> None:
        """Restore the variables after the test; make a folder for it."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        variables = mock.patch.dict(os.environ)
        variables.start()
        self.addCleanup(variables.stop)
        os.environ.pop("TWEET_SENTIMENT", None)

    def test_the_variable_has_precedence(self) -> None:
        os.environ["TWEET_SENTIMENT"] = "node '/a folder/main.js'"
        self.assertEqual(["node", "/a folder/main.js"], command_line.find())

    def test_a_variable_that_is_no_command(self) -> None:
        os.environ["TWEET_SENTIMENT"] = "node '/a folder"
        self.assertRaisesRegex(CommandLineNotFound, "No closing quotation", command_line.find)
        os.environ["TWEET_SENTIMENT"] = " "
        self.assertEqual(command_line.find_own(), command_line.find())

    def test_a_checkout_uses_its_own_build(self) -> None:
        node, program = command_line.find()
        self.assertEqual(str(ROOT / "dist" / "main.js"), program)
        self.assertEqual(shutil.which("node"), node)
        manifest = command_line.run(["--version"], ROOT)
        self.assertIn(f'"version": "{manifest.strip()}"', (ROOT / "package.json").read_text())

    def test_a_checkout_without_a_build_names_the_command_that_makes_it(self) -> None:
        shutil.copytree(SOURCE, self.folder / "python" / "src")
        shutil.copyfile(ROOT / "package.json", self.folder / "package.json")
        error = self.run_main({"PYTHONPATH": str(self.folder / "python" / "src")})
        self.assertIn(f"run `npm ci && npm run build` in {self.folder.resolve()}", error)

    def test_a_package_without_the_command_line_names_the_wheel(self) -> None:
        shutil.copytree(SOURCE, self.folder / "python" / "src")
        error = self.run_main({"PYTHONPATH": str(self.folder / "python" / "src")})
        self.assertIn("command-line.tgz does not exist: install the wheel", error)

    def test_names_a_node_that_is_missing_or_too_old(self) -> None:
        path = {"PATH": str(self.folder), "PYTHONPATH": str(SOURCE)}
        wanted = "tweet-sentiment needs Node.js 20.19 or newer"
        self.assertEqual(f"tweet-sentiment: node is not in PATH: {wanted}\n", self.run_main(path))
        node = self.folder / "node"
        for script, message in [
            ("echo 18.20.4 linux x64", f"tweet-sentiment: {node} is version 18.20.4: {wanted}\n"),
            ("echo 20.18.1 linux x64", f"tweet-sentiment: {node} is version 20.18.1: {wanted}\n"),
            ("echo bad >&2; exit 1", f"tweet-sentiment: {node} can't be run: {wanted}: bad\n"),
        ]:
            node.write_text(f"#!/bin/sh\n{script}\n")
            node.chmod(0o755)
            with self.subTest(script):
                self.assertEqual(message, self.run_main(path))

    def test_a_command_that_can_not_be_run(self) -> None:
        os.environ["TWEET_SENTIMENT"] = str(self.folder / "absent")
        with self.assertRaisesRegex(CommandLineNotFound, "absent can't be run: No such file"):
            command_line.run(["--version"], ROOT)

    def test_a_command_that_fails(self) -> None:
        with self.assertRaises(CommandFailed) as raised:
            command_line.run(["models", "lineage", "absent"], self.folder)
        self.assertEqual(2, raised.exception.exit_code)
        self.assertEqual("absent does not exist: expected a git repository", str(raised.exception))

    def run_main(self, variables: dict[str, str]) -> str:
        """Run the program of the wheel, which fails; return what it reports."""
        command = [
            sys.executable,
            "-c",
            "import tweet_sentiment_models.command_line as c; exit(c.main())",
        ]
        done = subprocess.run(
            command,
            env={**os.environ, **variables},
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        self.assertEqual((2, ""), (done.returncode, done.stdout))
        return done.stderr


if __name__ == "__main__":
    unittest.main()
