"""Fine-tuning: one model per seed, side by side, then the mean of their weights."""

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from base import load_base
from model import Classifier, build_model

LOG_EVERY = 200

# Arrays, not tensors: they cross from process to process as plain bytes.
Weights = dict[str, np.ndarray]


@dataclass(frozen=True)
class TrainingSet:
    """Token ids (one list a text) and label indices [rows]."""

    input_ids: list[list[int]]
    labels: np.ndarray


def train(training_set: TrainingSet, hyperparameters: dict) -> list[Weights]:
    """Train one model for each seed, each in a process of its own with one thread.

    One thread and a fixed seed give the same bits again on the same kind of CPU.
    """
    seeds = hyperparameters["training"]["seeds"]
    with ProcessPoolExecutor(len(seeds), mp_context=get_context("spawn")) as processes:
        runs = [processes.submit(fine_tune, training_set, hyperparameters, s) for s in seeds]
        return [run.result() for run in runs]


def average(runs: list[Weights]) -> dict[str, Tensor]:
    """The mean of the runs' weights, a model soup (Wortsman et al. 2022, arXiv:2203.05482)."""
    return {
        name: torch.from_numpy(np.mean([run[name] for run in runs], axis=0)) for name in runs[0]
    }


def fine_tune(training_set: TrainingSet, hyperparameters: dict, seed: int) -> Weights:
    """Fine-tune the base model; the returned weights are float32."""
    settings = hyperparameters["training"]
    torch.use_deterministic_algorithms(True)
    # Filling fresh memory costs a tenth of a step and helps only code that reads it unset.
    torch.utils.deterministic.fill_uninitialized_memory = False
    torch.manual_seed(seed)
    order = np.random.default_rng(seed)

    base = load_base(hyperparameters["model"]["base"])
    labels = len(hyperparameters["labels"])
    model = build_model(base, labels, hyperparameters["model"]["dropout"])
    optimizers = build_optimizers(model, settings)
    log_prior = settings["logit_adjustment"] * log_class_prior(training_set.labels, labels)

    batches_per_epoch = -(-len(training_set.labels) // settings["batch_size"])
    steps = settings["epochs"] * batches_per_epoch
    step, losses, started = 0, 0.0, time.monotonic()
    model.train()
    for _ in range(settings["epochs"]):
        for rows in batches(training_set.input_ids, settings, order):
            set_learning_rate(optimizers, learning_rate_factor(step, steps, settings))
            texts = [training_set.input_ids[row] for row in rows]
            logits = model(*pad(texts, base.config["pad_token_id"]))
            target = torch.from_numpy(training_set.labels[rows])
            loss = F.cross_entropy(logits + log_prior, target)
            update(model, optimizers, loss, settings["gradient_clip"])
            step += 1
            losses += loss.item()
            if step % LOG_EVERY == 0:
                pace = 1000 * (time.monotonic() - started) / step
                print(
                    f"seed {seed}, step {step} of {steps}: "
                    f"loss {losses / LOG_EVERY:.4f}, {pace:.0f} ms/step",
                    flush=True,
                )
                losses = 0.0
    return {name: tensor.numpy() for name, tensor in model.state_dict().items()}


def update(
    model: Classifier, optimizers: list[torch.optim.Optimizer], loss: Tensor, clip: float
) -> None:
    """One step of the optimizers. The norm of the dense gradients is limited to `clip`."""
    for optimizer in optimizers:
        optimizer.zero_grad()
    loss.backward()
    dense = [p for name, p in model.named_parameters() if name != "words.weight"]
    nn.utils.clip_grad_norm_(dense, clip)
    for optimizer in optimizers:
        optimizer.step()


def log_class_prior(labels: np.ndarray, count: int) -> Tensor:
    """Log of each label's share in the training data, [count].

    Added to the logits in the loss only, it keeps the frequency of a label out of the
    model (logit adjustment: Menon et al. 2021, arXiv:2007.07314), which suits macro recall.
    """
    shares = np.bincount(labels, minlength=count) / len(labels)
    return torch.from_numpy(np.log(shares)).float()


def build_optimizers(model: Classifier, settings: dict) -> list[torch.optim.Optimizer]:
    """AdamW, and sparse Adam for the word embeddings.

    Lower layers learn more slowly: layer-wise decay (Howard and Ruder 2018,
    arXiv:1801.06146). Norms and biases have no weight decay.
    """
    depth = len(model.layers)

    def learning_rate(name: str) -> float:
        if name.startswith("head."):
            return settings["head_learning_rate"]
        below = depth - 1 - int(name.split(".")[1]) if name.startswith("layers.") else depth
        return settings["learning_rate"] * settings["layer_decay"] ** below

    adam = {"betas": settings["adam_betas"], "eps": settings["adam_epsilon"]}
    groups = [
        {
            "params": [parameter],
            "lr": learning_rate(name),
            "weight_decay": settings["weight_decay"] if parameter.ndim > 1 else 0.0,
        }
        for name, parameter in model.named_parameters()
        if name != "words.weight"
    ]
    words = {"params": [model.words.weight], "lr": learning_rate("words.weight")}
    optimizers = [
        torch.optim.AdamW(groups, fused=True, **adam),
        torch.optim.SparseAdam([words], **adam),
    ]
    for group in parameter_groups(optimizers):
        group["peak_lr"] = group["lr"]
    return optimizers


def parameter_groups(optimizers: list[torch.optim.Optimizer]) -> Iterator[dict]:
    """The parameter groups of all optimizers."""
    for optimizer in optimizers:
        yield from optimizer.param_groups


def learning_rate_factor(step: int, steps: int, settings: dict) -> float:
    """Linear warm-up from 0 to 1, then linear decay to 0."""
    warmup = settings["warmup_fraction"] * steps
    return min((step + 1) / warmup, 1.0, (steps - step) / (steps - warmup))


def set_learning_rate(optimizers: list[torch.optim.Optimizer], factor: float) -> None:
    """Scale every group's peak learning rate."""
    for group in parameter_groups(optimizers):
        group["lr"] = factor * group["peak_lr"]


def batches(
    input_ids: list[list[int]], settings: dict, order: np.random.Generator
) -> list[np.ndarray]:
    """Row indices of an epoch's batches, in random order, each of similar lengths.

    Shuffled rows are cut into buckets of many batches and sorted by length within each.
    """
    size = settings["batch_size"]
    bucket = size * settings["length_bucket_batches"]
    lengths = np.array([len(ids) for ids in input_ids])
    rows = order.permutation(len(input_ids))
    cut = []
    for start in range(0, len(rows), bucket):
        part = rows[start : start + bucket]
        part = part[np.argsort(lengths[part], kind="stable")]
        cut += [part[i : i + size] for i in range(0, len(part), size)]
    return [cut[i] for i in order.permutation(len(cut))]


def pad(texts: list[list[int]], pad_token_id: int) -> tuple[Tensor, Tensor]:
    """Lists of ids → input ids and attention mask, both int64 [batch, longest text]."""
    length = max(len(text) for text in texts)
    input_ids = torch.full((len(texts), length), pad_token_id)
    attention_mask = torch.zeros((len(texts), length), dtype=torch.int64)
    for row, text in enumerate(texts):
        input_ids[row, : len(text)] = torch.tensor(text)
        attention_mask[row, : len(text)] = 1
    return input_ids, attention_mask
