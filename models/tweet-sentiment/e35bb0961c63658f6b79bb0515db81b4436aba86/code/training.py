"""Fine-tuning an encoder with a head, on labels or on what a teacher says.

One model, one process. Equal seeds and thread counts give the same bits again on the same
kind of CPU.
"""

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

LOG_EVERY = 100
CHECKPOINT_SECONDS = 240
PREDICTION_BATCH = 64

# Of a parameter: the number of its layer.
LAYER = re.compile(r"\blayers?\.(\d+)\.")


@dataclass(frozen=True)
class Target:
    """What the model is to say of each text: probabilities of the labels, float32 [rows, labels].

    `offset` [labels] is added to the logits in the loss only. `weight`: its part of the loss.
    """

    probabilities: np.ndarray
    offset: np.ndarray
    weight: float = 1.0


@dataclass(frozen=True)
class TrainingSet:
    """Token ids, one list a text."""

    input_ids: list[list[int]]
    targets: list[Target]
    pad_token_id: int


def seeded(settings: dict) -> None:
    """Make what torch draws from here on a function of the seed; set its threads."""
    torch.set_num_threads(settings["threads"])
    torch.use_deterministic_algorithms(True)
    # Filling fresh memory costs a tenth of a step and helps only code that reads it unset.
    torch.utils.deterministic.fill_uninitialized_memory = False
    torch.manual_seed(settings["seed"])


def fine_tune(
    model: nn.Module, training_set: TrainingSet, settings: dict, checkpoint: Path
) -> None:
    """Train `model` in place. Continues from `checkpoint` if it is there, and keeps it."""
    optimizers = build_optimizers(model, settings)
    order = np.random.default_rng(settings["seed"])
    cut = [
        rows
        for _ in range(settings["epochs"])
        for rows in batches(training_set.input_ids, settings, order)
    ]
    done = restore(checkpoint, model, optimizers)
    if done:
        print(f"continued after {done} steps", flush=True)
    losses, started, saved = [], time.monotonic(), time.monotonic()
    model.train()
    for step in range(done, len(cut)):
        set_learning_rate(optimizers, learning_rate_factor(step, len(cut), settings))
        texts = [training_set.input_ids[row] for row in cut[step]]
        with autocast(settings["precision"]):
            logits = model(*pad(texts, training_set.pad_token_id))
        loss = measure_loss(logits.float(), training_set.targets, cut[step])
        update(model, optimizers, loss, settings["gradient_clip"])
        losses.append(loss.item())
        if (step + 1) % LOG_EVERY == 0:
            pace = 1000 * (time.monotonic() - started) / len(losses)
            recent = np.mean(losses[-LOG_EVERY:])
            print(
                f"step {step + 1} of {len(cut)}: loss {recent:.4f}, {pace:.0f} ms/step",
                flush=True,
            )
        if time.monotonic() - saved > CHECKPOINT_SECONDS or step + 1 == len(cut):
            save(checkpoint, model, optimizers, step + 1)
            saved = time.monotonic()


def measure_loss(logits: Tensor, targets: list[Target], rows: np.ndarray) -> Tensor:
    """Weighted sum of the cross-entropies of logits [rows, labels]."""
    return sum(
        target.weight
        * F.cross_entropy(
            logits + torch.from_numpy(target.offset),
            torch.from_numpy(target.probabilities[rows]),
        )
        for target in targets
    )


def autocast(precision: str) -> torch.autocast:
    """Products in `precision`: "float32", or "bfloat16" for CPUs that are faster with it."""
    kind = getattr(torch, precision)
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=kind is torch.bfloat16)


def save(
    path: Path, model: nn.Module, optimizers: list[torch.optim.Optimizer], step: int
) -> None:
    """Write all that the next step depends on; whoever reads finds the old file or the new one."""
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_suffix(".new")
    state = {
        "step": step,
        "model": model.state_dict(),
        "optimizers": [optimizer.state_dict() for optimizer in optimizers],
        "random": torch.get_rng_state(),
    }
    torch.save(state, unfinished)
    os.replace(unfinished, path)


def restore(path: Path, model: nn.Module, optimizers: list[torch.optim.Optimizer]) -> int:
    """The number of steps done by the checkpoint, 0 without one."""
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    model.load_state_dict(state["model"])
    for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
        optimizer.load_state_dict(saved)
    torch.set_rng_state(state["random"])
    return state["step"]


def update(
    model: nn.Module, optimizers: list[torch.optim.Optimizer], loss: Tensor, clip: float
) -> None:
    """One step of the optimizers. The norm of the dense gradients is limited to `clip`."""
    for optimizer in optimizers:
        optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_([p for _, p in dense_parameters(model)], clip)
    for optimizer in optimizers:
        optimizer.step()


def dense_parameters(model: nn.Module) -> list[tuple[str, nn.Parameter]]:
    """What is trained, but for word embeddings with sparse gradients."""
    return [
        (name, parameter)
        for name, parameter in model.named_parameters()
        if parameter.requires_grad and name != "words.weight"
    ]


def right_labels(labels: np.ndarray, count: int) -> Target:
    """Of label indices [rows]; the offset is the log of each label's share.

    It keeps the frequency of a label out of the model (logit adjustment: Menon et al. 2021,
    arXiv:2007.07314), which suits macro recall.
    """
    shares = np.bincount(labels, minlength=count) / len(labels)
    one_hot = np.eye(count, dtype=np.float32)[labels]
    return Target(one_hot, np.log(shares).astype(np.float32))


def build_optimizers(model: nn.Module, settings: dict) -> list[torch.optim.Optimizer]:
    """AdamW, and sparse Adam for word embeddings.

    Lower layers learn more slowly: layer-wise decay (Howard and Ruder 2018,
    arXiv:1801.06146). Norms and biases have no weight decay.
    """
    numbers = [LAYER.search(name) for name, _ in model.named_parameters()]
    depth = 1 + max(int(found[1]) for found in numbers if found)

    def learning_rate(name: str) -> float:
        if name.startswith("head."):
            return settings["head_learning_rate"]
        found = LAYER.search(name)
        below = depth - 1 - int(found[1]) if found else depth
        return settings["learning_rate"] * settings["layer_decay"] ** below

    adam = {"betas": settings["adam_betas"], "eps": settings["adam_epsilon"]}
    groups = [
        {
            "params": [parameter],
            "lr": learning_rate(name),
            "weight_decay": settings["weight_decay"] if parameter.ndim > 1 else 0.0,
        }
        for name, parameter in dense_parameters(model)
    ]
    optimizers = [torch.optim.AdamW(groups, fused=True, **adam)]
    if hasattr(model, "words"):
        words = {"params": [model.words.weight], "lr": learning_rate("words.weight")}
        optimizers.append(torch.optim.SparseAdam([words], **adam))
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


def predict(
    model: nn.Module, input_ids: list[list[int]], pad_token_id: int, precision: str
) -> np.ndarray:
    """Logits of texts, float32 [texts, labels]."""
    model.eval()
    order = sorted(range(len(input_ids)), key=lambda row: len(input_ids[row]))
    logits = {}
    with torch.inference_mode(), autocast(precision):
        for start in range(0, len(order), PREDICTION_BATCH):
            rows = order[start : start + PREDICTION_BATCH]
            results = model(*pad([input_ids[row] for row in rows], pad_token_id))
            logits.update(zip(rows, results.float().numpy(), strict=True))
    return np.stack([logits[row] for row in range(len(input_ids))])
