"""The student: MiniLM-L6, taught by other models, then made narrower.

Hinton, Vinyals, Dean 2015 (arXiv:1503.02531): the student learns their probabilities beside the
labels. Then the feed-forward neurons that matter least are taken out, and what is
left learns again.
"""

import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from base import Base
from model import Classifier, build_model
from training import TrainingSet, fine_tune, measure_loss, pad, seeded

# Arrays and bytes cross from process to process. Tensors would be shared: all seeds would train
# the same ones.
Weights = dict[str, np.ndarray]


def distil(
    base: Base, training_sets: list[TrainingSet], hyperparameters: dict, checkpoints: Path
) -> Classifier:
    """The trained student. Each stage starts from the mean of the one before."""
    model = build_model(
        base, len(hyperparameters["labels"]), hyperparameters["model"]["dropout"]
    )
    for stage in hyperparameters["training"]["stages"]:
        settings = hyperparameters["training"] | stage
        width = settings["intermediate_size"]
        if width < model.layers[0].intermediate.out_features:
            texts = settings["importance_texts"]
            model.narrow(importance(model, training_sets[0], texts), width)
        train_side_by_side(model, training_sets, settings, checkpoints)
    return model


def train_side_by_side(
    model: Classifier, training_sets: list[TrainingSet], settings: dict, checkpoints: Path
) -> None:
    """Train a copy with each seed and training set, in a process of its own; `model` becomes
    their mean.

    A model soup: Wortsman et al. 2022, arXiv:2203.05482.
    """
    seeds = settings["seeds"]
    with ProcessPoolExecutor(len(seeds), mp_context=get_context("spawn")) as processes:
        runs = [
            processes.submit(
                train_one,
                pickle.dumps(model),
                training_set,
                settings | {"seed": seed},
                checkpoints / f"{settings['name']}-{seed}.pt",
            )
            for seed, training_set in zip(seeds, training_sets, strict=True)
        ]
        results = [run.result() for run in runs]
    mean = {name: np.mean([result[name] for result in results], axis=0) for name in results[0]}
    model.load_state_dict({name: torch.from_numpy(value) for name, value in mean.items()})


def train_one(
    pickled: bytes, training_set: TrainingSet, settings: dict, checkpoint: Path
) -> Weights:
    """The weights after training, float32."""
    seeded(settings)
    model = pickle.loads(pickled)
    fine_tune(model, training_set, settings, checkpoint)
    return {name: tensor.numpy() for name, tensor in model.state_dict().items()}


def importance(model: Classifier, training_set: TrainingSet, texts: int) -> list[Tensor]:
    """How much each feed-forward neuron matters, by layer, [intermediate].

    The mean over tokens of |activation * gradient of the loss|, a first-order estimate of what
    the loss would change by without the neuron (Molchanov et al. 2017, arXiv:1611.06440).
    """
    torch.set_num_threads(1)
    sums = [torch.zeros(layer.intermediate.out_features) for layer in model.layers]
    activations: list[Tensor] = []

    def keep(_: torch.nn.Module, inputs: tuple) -> None:
        inputs[0].retain_grad()
        activations.append(inputs[0])

    hooks = [layer.output.register_forward_pre_hook(keep) for layer in model.layers]
    model.eval()
    every = len(training_set.input_ids) // texts
    for row in range(0, every * texts, every):
        logits = model(*pad([training_set.input_ids[row]], training_set.pad_token_id))
        measure_loss(logits, training_set.targets, np.array([row])).backward()
        for total, activation in zip(sums, activations, strict=True):
            total += (activation.detach() * activation.grad).abs().mean(dim=(0, 1))
        activations.clear()
    for hook in hooks:
        hook.remove()
    model.zero_grad(set_to_none=True)
    return sums
