"""The pre-trained model to start from, taken from an installed package.

The package is pinned by hash in `environment/requirements.txt`, so the base weights are
part of the environment, and training needs no network.
"""

from dataclasses import dataclass

import numpy as np
import torch

from e5 import E5, load_e5
from preprocessing import build_tokenizer
from vocabulary import select_pieces

# Our names of the layers' parts → the file's.
LAYER_PARTS = {
    "attention_output": "ao",
    "attention_norm": "aln",
    "intermediate": "fi",
    "output": "fo",
    "output_norm": "oln",
}


@dataclass(frozen=True)
class Base:
    """A pre-trained BERT encoder: Hugging Face's config, weights by the names of `Classifier`,
    vocabulary.
    """

    config: dict
    weights: dict[str, torch.Tensor]
    vocabulary: list[tuple[str, float]]


def load_base(package: str, texts: list[str], first_pieces: int) -> Base:
    """Read multilingual-e5-small, with the part of its vocabulary that `texts` need.

    `first_pieces`: see `select_pieces`.
    """
    e5 = load_e5(package)
    kept = select_pieces(build_tokenizer(e5.vocabulary), texts, first_pieces)
    return Base(
        config=build_base_config(e5.sizes, len(kept)),
        weights={name: torch.tensor(array) for name, array in convert(e5, kept).items()},
        vocabulary=[e5.vocabulary[i] for i in kept],
    )


def build_base_config(sizes: dict[str, int], vocabulary_size: int) -> dict:
    """The encoder's shape, in Hugging Face's names."""
    return {
        "model_type": "bert",
        "vocab_size": vocabulary_size,
        "hidden_size": sizes["hidden"],
        "num_hidden_layers": sizes["layers"],
        "num_attention_heads": sizes["heads"],
        "intermediate_size": sizes["intermediate"],
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "initializer_range": 0.02,
        "max_position_embeddings": sizes["positions"],
        "pad_token_id": 1,
    }


def convert(e5: E5, kept: list[int]) -> dict[str, np.ndarray]:
    """The file's names and flat arrays → ours and their shapes; words: only those kept.

    Every text is a single segment, so that segment's embedding is folded into the positions.
    """
    hidden = e5.sizes["hidden"]

    def matrix(name: str) -> np.ndarray:
        """`name` [outputs, inputs]; a weight has as many outputs as its bias has elements."""
        return e5.tensors[f"{name}.w"].reshape(e5.tensors[f"{name}.b"].size, -1)

    weights = {
        "words.weight": e5.tensors["emb.word"].reshape(-1, hidden)[kept],
        "positions.weight": (
            e5.tensors["emb.pos"].reshape(-1, hidden) + e5.tensors["emb.type"][:hidden]
        ),
        "norm.weight": e5.tensors["emb.ln.w"],
        "norm.bias": e5.tensors["emb.ln.b"],
    }
    for index in range(e5.sizes["layers"]):
        ours, theirs = f"layers.{index}", f"l{index}"
        parts = [f"{theirs}.{part}" for part in ("q", "k", "v")]
        weights[f"{ours}.query_key_value.weight"] = np.concatenate([matrix(p) for p in parts])
        weights[f"{ours}.query_key_value.bias"] = np.concatenate(
            [e5.tensors[f"{part}.b"] for part in parts]
        )
        for name, part in LAYER_PARTS.items():
            is_norm = name.endswith("norm")
            source = f"{theirs}.{part}"
            weights[f"{ours}.{name}.weight"] = (
                e5.tensors[f"{source}.w"] if is_norm else matrix(source)
            )
            weights[f"{ours}.{name}.bias"] = e5.tensors[f"{source}.b"]
    return weights
