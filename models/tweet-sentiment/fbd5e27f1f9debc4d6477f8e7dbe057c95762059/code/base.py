"""The pre-trained model to start from, taken from an installed package.

The package is pinned by hash in `environment/requirements.txt`, so the base weights are
part of the environment, and training needs no network.
"""

import json
import zipfile
from dataclasses import dataclass
from importlib.metadata import distribution

import torch
from safetensors.torch import load as parse_safetensors

ARCHIVE = "all_minilm_l6_v2/model.zip"


@dataclass(frozen=True)
class Base:
    """A pre-trained BERT encoder with Hugging Face's names: config, weights, tokenizer.json."""

    config: dict
    weights: dict[str, torch.Tensor]
    tokenizer: str


def load_base(package: str) -> Base:
    """Read the sentence encoder all-MiniLM-L6-v2 (Wang et al. 2020, arXiv:2002.10957)."""
    # Located, not imported: importing the package prints and needs more packages.
    archive = distribution(package).locate_file(ARCHIVE)
    with zipfile.ZipFile(archive) as files:
        return Base(
            config=json.loads(files.read("config.json")),
            weights=parse_safetensors(files.read("model.safetensors")),
            tokenizer=files.read("tokenizer.json").decode("utf-8"),
        )
