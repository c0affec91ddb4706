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
    """A pre-trained BERT encoder: Hugging Face's config, weights by the names of `Classifier`,
    tokenizer.json.
    """

    config: dict
    weights: dict[str, torch.Tensor]
    tokenizer: str


def load_base(package: str) -> Base:
    """Read the sentence encoder all-MiniLM-L6-v2 (Wang et al. 2020, arXiv:2002.10957)."""
    # Located, not imported: importing the package prints and needs more packages.
    archive = distribution(package).locate_file(ARCHIVE)
    with zipfile.ZipFile(archive) as files:
        config = json.loads(files.read("config.json"))
        weights = parse_safetensors(files.read("model.safetensors"))
        return Base(
            config=config,
            weights=convert(weights, config["num_hidden_layers"]),
            tokenizer=files.read("tokenizer.json").decode("utf-8"),
        )


def convert(source: dict[str, torch.Tensor], layers: int) -> dict[str, torch.Tensor]:
    """Hugging Face's BERT names → ours.

    Every text is a single segment, so that segment's embedding is folded into the positions.
    """
    segment = source["embeddings.token_type_embeddings.weight"][0]
    weights = {
        "words.weight": source["embeddings.word_embeddings.weight"],
        "positions.weight": source["embeddings.position_embeddings.weight"] + segment,
        "norm.weight": source["embeddings.LayerNorm.weight"],
        "norm.bias": source["embeddings.LayerNorm.bias"],
    }
    names = {
        "attention_output": "attention.output.dense",
        "attention_norm": "attention.output.LayerNorm",
        "intermediate": "intermediate.dense",
        "output": "output.dense",
        "output_norm": "output.LayerNorm",
    }
    for index in range(layers):
        ours, theirs = f"layers.{index}", f"encoder.layer.{index}"
        for kind in ("weight", "bias"):
            weights[f"{ours}.query_key_value.{kind}"] = torch.cat(
                [
                    source[f"{theirs}.attention.self.{part}.{kind}"]
                    for part in ("query", "key", "value")
                ]
            )
            for name, original in names.items():
                weights[f"{ours}.{name}.{kind}"] = source[f"{theirs}.{original}.{kind}"]
    return weights
