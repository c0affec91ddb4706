"""The classifier: BERT encoder, mean over tokens, one linear layer.

Encoder: Devlin et al. 2019 (arXiv:1810.04805). Mean pooling: Reimers and Gurevych 2019
(arXiv:1908.10084), as the base model was trained.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from base import Base

# Added to the attention scores of padding: exp(-10000) is exactly 0 in float32.
MASKED = -10_000.0


class Layer(nn.Module):
    """One transformer layer: self-attention and feed-forward, each with residual and norm."""

    def __init__(self, config: dict, dropout: float) -> None:
        super().__init__()
        hidden = config["hidden_size"]
        epsilon = config["layer_norm_eps"]
        self.heads = config["num_attention_heads"]
        self.query_key_value = nn.Linear(hidden, 3 * hidden)
        self.attention_output = nn.Linear(hidden, hidden)
        self.attention_norm = nn.LayerNorm(hidden, epsilon)
        self.intermediate = nn.Linear(hidden, config["intermediate_size"])
        self.output = nn.Linear(config["intermediate_size"], hidden)
        self.output_norm = nn.LayerNorm(hidden, epsilon)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x [batch, length, hidden], mask [batch, 1, 1, length] → [batch, length, hidden]."""
        x = self.attention_norm(x + self.dropout(self.attend(x, mask)))
        y = self.output(F.gelu(self.intermediate(x)))
        return self.output_norm(x + self.dropout(y))

    def attend(self, x: Tensor, mask: Tensor) -> Tensor:
        """Multi-head self-attention, written out: faster here than the fused kernel."""
        batch, length, hidden = x.shape
        size = hidden // self.heads
        query, key, value = (
            part.view(batch, length, self.heads, size).transpose(1, 2)
            for part in self.query_key_value(x).split(hidden, dim=-1)
        )  # each [batch, heads, length, size]
        scores = (query * size**-0.5) @ key.transpose(-1, -2) + mask
        mixed = scores.softmax(dim=-1).to(value.dtype) @ value
        return self.attention_output(mixed.transpose(1, 2).reshape(batch, length, hidden))


class Classifier(nn.Module):
    """Token ids → logits of the labels."""

    def __init__(self, config: dict, labels: int, dropout: float) -> None:
        super().__init__()
        hidden = config["hidden_size"]
        # Sparse gradients: a batch touches few of the vocabulary's rows.
        self.words = nn.Embedding(config["vocab_size"], hidden, sparse=True)
        self.positions = nn.Embedding(config["max_position_embeddings"], hidden)
        self.norm = nn.LayerNorm(hidden, config["layer_norm_eps"])
        self.layers = nn.ModuleList(
            Layer(config, dropout) for _ in range(config["num_hidden_layers"])
        )
        self.head = nn.Linear(hidden, labels)
        self.dropout = nn.Dropout(dropout)
        nn.init.normal_(self.head.weight, std=config["initializer_range"])
        nn.init.zeros_(self.head.bias)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Both [batch, length] int64 (mask: 1 token, 0 padding) → logits [batch, labels]."""
        x = self.words(input_ids) + self.positions.weight[: input_ids.shape[1]]
        x = self.dropout(self.norm(x))
        mask = (1.0 - attention_mask[:, None, None, :].float()) * MASKED
        for layer in self.layers:
            x = layer(x, mask)
        weights = attention_mask[:, :, None].float()
        mean = (x.float() * weights).sum(dim=1) / weights.sum(dim=1)
        return self.head(self.dropout(mean)).float()


def build_model(base: Base, labels: int, dropout: float) -> Classifier:
    """A classifier with the base's encoder and a new head."""
    model = Classifier(base.config, labels, dropout)
    weights = {name: torch.tensor(array) for name, array in base.weights.items()}
    missing, unexpected = model.load_state_dict(weights, strict=False)
    assert set(missing) == {"head.weight", "head.bias"} and not unexpected
    return model
