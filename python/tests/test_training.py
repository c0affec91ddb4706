"""A data scientist's training, with the wheel in its pinned environment: trained, served, reproduced.

Needs uv, and the registries of Python and npm.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from tests.support import ROOT
from tests.wheel import build_wheel

# The rest of `code/` is that of the shipped version v0.1.0: tf-idf and logistic regression.
TRAIN = '''\
"""Train this version: python code/train.py --data DIR."""

import sys
from pathlib import Path

from sklearn.metrics import classification_report
from tweet_sentiment_models import Repository

from data import read_split
from evaluation import open_session, predict
from export import build_config, export
from model import count_features
from preprocessing import build_tokenizer, encode
from training import train

import json

data = Path(sys.argv[2])
labels = ["negative", "neutral", "positive"]


def read(run, name):
    run.data(f"reviews/{name}", data / f"reviews/{name}.tsv", language="en", license="CC0-1.0")
    datasets = json.loads(Path("data/datasets.json").read_text())["datasets"]
    (file,) = [each for each in datasets[0]["files"] if each["role"] == name]
    return read_split(file, data, labels)


def fit(values, split):
    tokenizer = build_tokenizer(split.texts, **values["preprocessing"])
    size, buckets = tokenizer.get_vocab_size(), values["model"]["bigram_buckets"]
    counts = count_features(encode(tokenizer, split.texts), size, buckets)
    model = train(counts, split.labels, values["training"])
    export(model, Path("model.onnx"), size, buckets, values["export"]["opset"])
    tokenizer.save("tokenizer.json")
    config = build_config(labels, size, values["preprocessing"]["max_length"], 0)
    Path("config.json").write_text(json.dumps(config))
    return tokenizer


def report(tokenizer, split):
    found = predict(open_session("model.onnx"), tokenizer, split.texts).argmax(axis=-1)
    return classification_report(split.labels, found, target_names=labels, output_dict=True)


with Repository.open().start(seed=7) as run:
    training, dev = read(run, "train"), read(run, "dev")
    tokenizer = fit(run.hyperparameters, training)
    run.metrics({"reviews/dev": report(tokenizer, dev)})
    run.golden(encode=lambda text: tokenizer.encode(text).ids)
    print(run.commit("Reviews"))
'''

TEXTS = {
    "negative": ["I hate this {}", "what a terrible {}", "the {} is broken again, how sad"],
    "neutral": ["the {} opens at nine", "there is a {} near the station", "she wrote about the {}"],
    "positive": ["I love this {}", "what a wonderful {}", "the {} is great, thank you"],
}
THINGS = {
    "train": "film book song train phone meal game city team shop park lake hotel garden".split(),
    "dev": "film book song train phone meal".split(),
}


OUTPUTS = "model.onnx tokenizer.json config.json metrics.json golden.json profile.json".split()
INGREDIENTS = {
    "code/train.py": TRAIN,
    "data/datasets.json": '{"datasets": []}\n',
    "environment/.python-version": f"{sys.version_info.major}.{sys.version_info.minor}\n",
    "environment/requirements.in": "numpy\nonnx\nonnxruntime\nscikit-learn\nscipy\ntokenizers\n",
}
# Those that environment.json of v0.1.0 records.
THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class TrainingTest(unittest.TestCase):
    """One training, from an empty folder to the answers of the server."""

    def setUp(self) -> None:
        """Make a folder outside of this checkout, and leave out this process's own settings."""
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name).resolve()
        self.root = self.folder / "model"
        self.data = self.folder / "data"
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

    def make_repository(self) -> None:
        """Write the ingredients and the data."""
        clone = f"git clone --quiet --branch v0.1.0 {ROOT}/models/tweet-sentiment.bundle model"
        self.run_in(self.folder, clone, GIT_LFS_SKIP_SMUDGE="1")
        shutil.rmtree(self.root / ".git")
        for name in OUTPUTS:
            (self.root / name).unlink()
        for name, text in INGREDIENTS.items():
            (self.root / name).write_text(text)
        self.run_in(self.root, "git init --quiet")
        self.run_in(self.root, "git config user.name 'A U Thor'")
        self.run_in(self.root, "git config user.email author@example.com")
        (self.data / "reviews").mkdir(parents=True)
        for split, things in THINGS.items():
            rows = [
                f"{label}\t{text.format(thing)}\n"
                for label, texts in TEXTS.items()
                for text in texts
                for thing in things
            ]
            (self.data / f"reviews/{split}.tsv").write_text("label\ttext\n" + "".join(rows))

    def install_environment(self) -> None:
        """Lock and install the packages, the wheel by its hash."""
        requirements = self.root / "environment/requirements.txt"
        options = "--quiet --generate-hashes --no-header --no-emit-index-url --no-emit-find-links"
        compile = f"uv pip compile {options} environment/requirements.in -o {requirements}"
        self.run_in(self.root, compile)
        wheel = build_wheel()
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        version = wheel.name.split("-")[1]
        with requirements.open("a") as file:
            file.write(f"tweet-sentiment-models=={version} --hash=sha256:{digest}\n")
        self.run_in(self.root, f"uv venv --quiet --python {sys.executable} {self.venv}")
        sync = f"uv pip sync --quiet --require-hashes {requirements}"
        self.run_in(self.root, sync, VIRTUAL_ENV=str(self.venv))

    def test_a_version_is_trained_served_and_reproduced(self) -> None:
        self.make_repository()
        self.install_environment()
        program = self.venv / "bin" / "tweet-sentiment"
        self.run_in(self.root, f"{program} models init")
        train = f"{self.venv}/bin/python code/train.py --data {self.data}"
        sha = self.run_in(self.root, train, **THREADS).strip()
        self.assertEqual(sha, self.run_in(self.root, "git rev-parse HEAD").strip())

        store = self.folder / "store"
        self.run_in(self.root, f"{program} models publish {sha} --model-store {store}")
        self.assertEqual("positive", self.predict(program, store, sha, "what a wonderful film"))
        reproduce = f"{program} models reproduce {sha} --data {self.data} --json"
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
