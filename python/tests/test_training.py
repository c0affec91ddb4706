"""A data scientist's training, with the wheel in its pinned environment: trained, served, reproduced.

Needs uv, and the registries of Python and npm.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import subprocess
import tempfile
import unittest
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from tests.wheel import build_wheel

# The rest of `code/` is that of the template.
TRAIN = '''\
"""Train this version: python code/train.py --data DIR."""

import json
import sys
from pathlib import Path

from tweet_sentiment_models import Repository

from data import load, load_each
from evaluation import evaluate
from model import train


def train_version(data, hyperparameters=None):
    with Repository.open().start(seed=7, hyperparameters=hyperparameters) as run:
        run.data("examples/train", data / "examples/train.tsv")
        run.data("examples/dev", data / "examples/dev.tsv")
        labels = run.hyperparameters["labels"]
        datasets = json.loads(Path("data/datasets.json").read_text())
        training = load(datasets, "train", data, labels)
        model = Path("model.onnx")
        tokenizer, config = train(training.texts, training.labels, run.hyperparameters, model)
        tokenizer.save("tokenizer.json")
        Path("config.json").write_text(json.dumps({"id2label": dict(enumerate(labels)), **config}))
        dev = load_each(datasets, "dev", data, labels)
        run.metrics(evaluate(model, tokenizer, dev, labels))
        run.golden(encode=lambda text: tokenizer.encode(text).ids)
        print(run.commit("Recorded by the package"))


if __name__ == "__main__":
    train_version(Path(sys.argv[2]))
'''

# Versions that differ in one hyper-parameter.
SWEEP = """\
import sys
from pathlib import Path

sys.path.insert(0, "code")
from train import train_version

for C in (0.3, 3.0):
    train_version(Path(sys.argv[2]), hyperparameters={"regression": {"C": C}})
"""

# Those that environment.json records.
THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class TrainingTest(unittest.TestCase):
    """One training, from an empty folder to the answers of the server."""

    def setUp(self) -> None:
        """Make a folder outside of this checkout, and leave out this process's own settings."""
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name).resolve()
        self.root = self.folder / "model"
        self.venv = self.folder / "venv"
        ours = {"PYTHONPATH", "TWEET_SENTIMENT", "VIRTUAL_ENV"}
        self.variables = {name: value for name, value in os.environ.items() if name not in ours}
        self.variables["UV_FIND_LINKS"] = str(build_wheel().parent)
        self.variables["UV_CACHE_DIR"] = self.run_in(self.folder, "uv cache dir").strip()
        # Of the command line that the wheel installs.
        self.variables["XDG_CACHE_HOME"] = str(self.folder / "cache")

    def run_in(self, folder: Path, command: str, **variables: str) -> str:
        """Run a command; return what it printed."""
        done = subprocess.run(
            shlex.split(command),
            cwd=folder,
            env={**self.variables, **variables},
            capture_output=True,
            text=True,
        )
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        return done.stdout

    def install_environment(self) -> None:
        """Install the packages of the version by their hashes, the wheel among them."""
        wheel = build_wheel()
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        version = wheel.name.split("-")[1]
        requirements = self.root / "environment/requirements.txt"
        with requirements.open("a") as file:
            file.write(f"tweet-sentiment-models=={version} --hash=sha256:{digest}\n")
        sync = f"uv pip sync --quiet --require-hashes {requirements}"
        self.run_in(self.root, sync, VIRTUAL_ENV=str(self.venv))

    def test_a_version_is_trained_served_and_reproduced(self) -> None:
        self.run_in(self.folder, f"uv venv --quiet --python 3.11 {self.venv}")
        install = f"uv pip install --quiet --no-index {build_wheel()}"
        self.run_in(self.folder, install, VIRTUAL_ENV=str(self.venv))
        program = self.venv / "bin" / "tweet-sentiment"
        self.run_in(self.folder, f"{program} models new {self.root}")
        (self.root / "code/train.py").write_text(TRAIN)
        self.install_environment()
        data = self.root / "data"
        train = f"{self.venv}/bin/python code/train.py --data {data}"
        sha = self.run_in(self.root, train, **THREADS).strip()
        self.assertEqual(sha, self.run_in(self.root, "git rev-parse HEAD").strip())

        store = self.folder / "store"
        self.run_in(self.root, f"{program} models publish {sha} --model-store {store}")
        self.assertEqual(
            "positive", self.predict(program, store, sha, "This is wonderful, I love it")
        )
        self.assert_reproduced(program, sha)

        (self.root / "sweep.py").write_text(SWEEP)
        sweep = f"{self.venv}/bin/python sweep.py --data {data}"
        first, second = self.run_in(self.root, sweep, **THREADS).split()
        self.assertNotEqual(first, second)
        self.assert_reproduced(program, first)

        del self.variables["UV_FIND_LINKS"]
        reproduce = [str(program), "models", "reproduce", sha, "--data", str(data)]
        done = subprocess.run(
            reproduce, cwd=self.root, env=self.variables, capture_output=True, text=True
        )
        self.assertEqual(2, done.returncode)
        self.assertIn(
            "tweet-sentiment-models is in no registry: UV_FIND_LINKS=<folder> names the folder of its wheel",
            done.stderr,
        )

    def assert_reproduced(self, program: Path, sha: str) -> None:
        """Train a version again, and compare every byte."""
        reproduce = f"{program} models reproduce {sha} --data {self.root / 'data'} --json"
        reproduced = json.loads(self.run_in(self.root, reproduce))
        self.assertEqual("identical", reproduced["verdict"])

    def predict(self, program: Path, store: Path, sha: str, text: str) -> str:
        """Start a server with the version, and ask it for the label of a text."""
        settings = {
            "MODEL_STORE": str(store),
            "MODEL_COMMIT": sha,
            "HOST": "127.0.0.1",
            "PORT": "0",
        }
        server = subprocess.Popen(
            [program, "serve"],
            env={**self.variables, **settings},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert server.stdout is not None
            # It listens before it has loaded the version.
            lines = {line["event"]: line for line in self.read_until_ready(server.stdout)}
            url = lines["listening"]["url"]
            body = json.dumps({"inputs": text}).encode()
            request = urllib.request.Request(
                f"{url}/predict", body, {"content-type": "application/json"}
            )
            with urllib.request.urlopen(request) as response:
                answer = json.load(response)
        finally:
            server.terminate()
            server.communicate()
        self.assertEqual(sha, answer["model"]["commit"])
        (prediction,) = answer["predictions"]
        return str(prediction["label"])

    def read_until_ready(self, log: IO[str]) -> Iterator[Any]:
        """The lines of the log up to the one that says that it can predict."""
        for text in log:
            line = json.loads(text)
            yield line
            if line["event"] == "ready":
                return


if __name__ == "__main__":
    unittest.main()
