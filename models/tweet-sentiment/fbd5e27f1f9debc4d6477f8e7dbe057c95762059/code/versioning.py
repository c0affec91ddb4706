"""Commit the trained model as a version, from Python:

    from versioning import commit
    sha = commit("Add Dutch tweets", data=DIR)
"""

import os
import shlex
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def commit(message: str, data: Path) -> str:
    """Commit this repository's working tree with `tweet-sentiment models commit`; its SHA.

    `data` is the folder with the datasets: the command checks that every ingredient is
    there and true. The variable TWEET_SENTIMENT can name another program to run, such as
    "node dist/main.js". Raises RuntimeError with the command's own words if it refuses.
    """
    program = shlex.split(os.environ.get("TWEET_SENTIMENT", "tweet-sentiment"))
    options = ["-m", message, "--data", str(Path(data).resolve())]
    finished = subprocess.run(
        [*program, "models", "commit", *options], cwd=ROOT, capture_output=True, text=True
    )
    if finished.returncode != 0:
        raise RuntimeError(finished.stderr.strip())
    return finished.stdout.splitlines()[-1]
