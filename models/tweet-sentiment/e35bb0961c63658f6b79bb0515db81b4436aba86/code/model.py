"""The classifier: BERT encoder, one linear layer on the first token.

Encoder and first token: Devlin et al. 2019 (arXiv:1810.04805). Since no other token is read
after the last layer, that layer computes no other: a seventh of the work less than with the
mean over all tokens, at the same scores.
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

    def forward(self, x: Tensor, mask: Tensor, targets: int) -> Tensor:
        """x [batch, length, hidden], mask [batch, 1, 1, length] → [batch, targets, hidden].

        All tokens are attended to; the first `targets` of them are computed.
        """
        mixed = self.attend(x, mask, targets)
        x = self.attention_norm(x[:, :targets] + self.dropout(mixed))
        # The tanh form of GELU has a kernel of its own in ONNX Runtime, cheaper than erf's.
        y = self.output(F.gelu(self.intermediate(x), approximate="tanh"))
        return self.output_norm(x + self.dropout(y))

    def attend(self, x: Tensor, mask: Tensor, targets: int) -> Tensor:
        """Multi-head self-attention, written out: faster here than the fused kernel."""
        batch, _, hidden = x.shape
        size = hidden // self.heads
        weights, biases = (
            parameter.split([hidden, 2 * hidden])
            for parameter in (self.query_key_value.weight, self.query_key_value.bias)
        )
        query = F.linear(x[:, :targets], weights[0], biases[0])
        key, value = F.linear(x, weights[1], biases[1]).split(hidden, dim=-1)
        query, key, value = (
            part.view(batch, -1, self.heads, size).transpose(1, 2)
            for part in (query, key, value)
        )  # each [batch, heads, targets or length, size]
        scores = (query * size**-0.5) @ key.transpose(-1, -2) + mask
        mixed = scores.softmax(dim=-1) @ value
        return self.attention_output(mixed.transpose(1, 2).reshape(batch, targets, hidden))


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
        for layer in self.layers[:-1]:
            x = layer(x, mask, x.shape[1])
        first = self.layers[-1](x, mask, 1)[:, 0]
        return self.head(self.dropout(first))

    def narrow(self, importance: list[Tensor], width: int) -> None:
        """Keep of each feed-forward the `width` neurons that matter most, in their order."""
        for layer, values in zip(self.layers, importance, strict=True):
            kept = values.topk(width).indices.sort().values
            for linear, axis in ((layer.intermediate, 0), (layer.output, 1)):
                linear.weight = nn.Parameter(linear.weight.detach().index_select(axis, kept))
            layer.intermediate.bias = nn.Parameter(layer.intermediate.bias.detach()[kept])
            layer.intermediate.out_features = layer.output.in_features = width

    def cool(self, temperature: float) -> None:
        """Divide the logits by a temperature from here on."""
        with torch.no_grad():
            self.head.weight /= temperature
            self.head.bias /= temperature


def build_model(base: Base, labels: int, dropout: float) -> Classifier:
    """A classifier with the base's encoder and a new head."""
    model = Classifier(base.config, labels, dropout)
    missing, unexpected = model.load_state_dict(base.weights, strict=False)
    assert set(missing) == {"head.weight", "head.bias"} and not unexpected
    return model
