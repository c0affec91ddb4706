"""The wheel, outside of any checkout: it installs its own command line. Needs uv, and the registry
of npm."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import venv
from pathlib import Path

from tests.support import ROOT, SHIPPED
from tests.wheel import build_wheel

VERSION = json.loads((ROOT / "package.json").read_text())["version"]


class WheelTest(unittest.TestCase):
    """A wheel in an environment of its own, with an empty cache for each test."""

    folder: Path
    program: Path

    @classmethod
    def setUpClass(cls) -> None:
        """Install the wheel."""
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name).resolve()
        venv.create(cls.folder / "venv", with_pip=False)
        python = str(cls.folder / "venv" / "bin" / "python")
        install = ["uv", "pip", "install", "--quiet", "--no-index", "--python", python]
        subprocess.run([*install, build_wheel()], check=True)
        cls.program = cls.folder / "venv" / "bin" / "tweet-sentiment"

    def setUp(self) -> None:
        """Make an empty cache, and leave out this process's own settings."""
        self.cache = Path(tempfile.mkdtemp(dir=self.folder))
        self.addCleanup(shutil.rmtree, self.cache)
        ours = {"PYTHONPATH", "TWEET_SENTIMENT"}
        self.variables = {name: value for name, value in os.environ.items() if name not in ours}
        self.variables["XDG_CACHE_HOME"] = str(self.cache)

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start the program of the wheel."""
        return subprocess.Popen(
            [self.program, *arguments],
            cwd=self.folder,
            env={**self.variables, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def installed(self) -> list[str]:
        """The names in the cache."""
        return sorted(path.name for path in (self.cache / "tweet-sentiment-models").iterdir())

    def test_two_processes_at_once_install_the_pinned_dependencies_once(self) -> None:
        processes = [
            self.start("models", "verify", "--model-store", str(ROOT / "models")) for _ in range(2)
        ]
        for process in processes:
            output, errors = process.communicate()
            self.assertEqual(0, process.returncode, errors)
            self.assertIn(SHIPPED.name, output)
        (name,) = self.installed()
        self.assertRegex(name, rf"^{re.escape(VERSION)}-[0-9a-f]{{16}}$")
        package = self.cache / "tweet-sentiment-models" / name
        before = (package / "dist" / "main.js").stat()
        self.assertEqual(f"{VERSION}\n", self.start("--version").communicate()[0])
        self.assertEqual(before, (package / "dist" / "main.js").stat())
        # Neither what is needed for development, nor libraries of other platforms.
        self.assertFalse((package / "node_modules" / "vitest").exists())
        self.assertEqual(1, len(list(package.glob("node_modules/onnxruntime-node/bin/*/*/*"))))

    def test_an_installation_that_is_killed_is_made_again(self) -> None:
        process = self.start("--version")
        deadline = time.monotonic() + 300
        while not list(self.cache.glob("tweet-sentiment-models/.staging-*/package/node_modules")):
            self.assertIsNone(process.poll(), "it ended before it could be killed")
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        (staging,) = self.installed()
        self.assertTrue(staging.startswith(".staging-"))
        os.utime(self.cache / "tweet-sentiment-models" / staging, (0, 0))
        output, errors = self.start("--version").communicate()
        self.assertEqual(f"{VERSION}\n", output, errors)
        self.assertEqual(1, len(self.installed()))
        self.assertNotIn(staging, self.installed())

    def test_reports_why_npm_can_not_install(self) -> None:
        empty = str(self.cache / "npm")
        process = self.start(
            "--version",
            npm_config_registry="http://127.0.0.1:9/",
            npm_config_cache=empty,
            npm_config_fetch_retries="0",
        )
        output, errors = process.communicate()
        self.assertEqual((2, ""), (process.returncode, output))
        self.assertIn("npm can't install the dependencies of the command line", errors)
        self.assertIn("ECONNREFUSED", errors)
        self.assertNotIn("Traceback", errors)
        self.assertEqual([], self.installed())

    def test_names_a_cache_that_can_not_be_written(self) -> None:
        file = self.cache / "file"
        file.touch()
        output, errors = self.start("--version", XDG_CACHE_HOME=str(file)).communicate()
        self.assertEqual("", output)
        self.assertIn(f"can't be installed into {file}/tweet-sentiment-models/{VERSION}-", errors)
        self.assertIn(": Not a directory; the variable XDG_CACHE_HOME may name", errors)
        self.assertNotIn("Traceback", errors)


if __name__ == "__main__":
    unittest.main()
