"""What a score means, and how good an estimate of the accuracy is: the tables of docs/reference/http.md and docs/explanation/drift.md.

    npm run build
    python3 bench/calibration.py <data sets> <commit> <fitted on> …

<data sets> is a folder with <name>/dev.tsv (label, text), <commit> a version of the store, <fitted on> the names of
the data sets of its languages, such as semeval-en. The temperature is fitted on one half of them; all numbers are of
the other half. What a version already has in its graph is taken out first.
"""

import json
import math
import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "python" / "src"))

from tweet_sentiment_models.calibration import (  # noqa: E402
    calibration_error,
    fit_temperature,
    softmax,
)

LABELS = ("negative", "neutral", "positive")
# A probability is printed with six decimals.
MIN_PROBABILITY = 5e-7
SPLITS, WINDOWS, WINDOW = 20, 20, 1000
MIXES = {
    "as it is": None,
    "60 % negative": ("negative", 0.6),
    "70 % neutral": ("neutral", 0.7),
}


def main(folder, commit, *fitted_on):
    """Print all tables of a version."""
    recorded = recorded_temperature(commit)
    files = {path.parent.name: path for path in sorted(Path(folder).resolve().glob("*/dev.tsv"))}
    sets = {name: classify(path, commit, recorded) for name, path in files.items()}
    fitted = [sets[name] for name in fitted_on]
    print(f"{commit}: temperature {fit_temperature(fitted)}, fitted on {', '.join(fitted_on)}\n")
    print_errors(sets, fitted_on)
    print_reliability(fitted)
    print_estimates(sets, fitted_on)


def recorded_temperature(commit):
    """The temperature in the graph of the version."""
    metrics = json.loads((ROOT / "models/tweet-sentiment" / commit / "metrics.json").read_text())
    return metrics.get("calibration", {}).get("temperature", 1)


def classify(path, commit, temperature):
    """Logits before the temperature, up to a constant for each text, and right labels."""
    rows = [line.split("\t") for line in path.read_text().rstrip("\n").split("\n")]
    named = [dict(zip(rows[0], row)) for row in rows[1:]]
    with tempfile.TemporaryDirectory() as scratch:
        texts, scored = Path(scratch) / "texts.jsonl", Path(scratch) / "scored.jsonl"
        texts.write_text("".join(f"{json.dumps({'text': row['text']})}\n" for row in named))
        flags = ["--model-commit", commit, "--output", scored, "--strict"]
        command = ["node", "dist/main.js", "predict", texts, *flags]
        subprocess.run(command, cwd=ROOT, check=True)
        scores = [json.loads(line)["scores"] for line in scored.open()]
    logits = [
        [math.log(max(each[label], MIN_PROBABILITY)) * temperature for label in LABELS]
        for each in scores
    ]
    return logits, [LABELS.index(row["label"]) for row in named]


def halves(size, seed):
    """Two random halves of the indices of a data set."""
    order = list(range(size))
    random.Random(seed).shuffle(order)
    return order[: size // 2], order[size // 2 :]


def take(data, indices):
    """The texts of a data set that have these indices."""
    logits, labels = data
    return [logits[i] for i in indices], [labels[i] for i in indices]


def fit_and_hold_out(sets, fitted_on, seed):
    """The temperature of one half, and what it was not fitted on of each data set."""
    fitted, held_out = [], {}
    for name, data in sets.items():
        held_out[name] = data
        if name in fitted_on:
            half, other = halves(len(data[1]), f"{name} {seed}")
            fitted.append(take(data, half))
            held_out[name] = take(data, other)
    return fit_temperature(fitted), held_out


def accuracy_and_score(data, temperature):
    """The share of right predictions, and the mean score of the predicted label."""
    logits, labels = data
    probabilities = softmax(logits, temperature)
    right = sum(row.index(max(row)) == label for row, label in zip(probabilities, labels))
    return right / len(labels), sum(max(row) for row in probabilities) / len(labels)


def mean(values):
    """The mean of a list."""
    return sum(values) / len(values)


def print_errors(sets, fitted_on):
    """Expected calibration errors, means over the splits."""
    print("| data set | texts | before | after |\n|---|---|---|---|")
    splits = [fit_and_hold_out(sets, fitted_on, seed) for seed in range(SPLITS)]
    for name in sets:
        errors = [
            calibration_error(*held_out[name], temperature) for temperature, held_out in splits
        ]
        before, after = (mean([error[when] for error in errors]) for when in ("before", "after"))
        print(f"| {name} | {len(splits[0][1][name][1]):,} | {before:.3f} | {after:.3f} |")
    print()


def print_reliability(sets):
    """By bins of the score, and by label: each text with the temperature of the half that it is not in."""
    before, after = [], []
    split = [halves(len(data[1]), f"reliability {i}") for i, data in enumerate(sets)]
    for part in (0, 1):
        temperature = fit_temperature([take(data, half[part]) for data, half in zip(sets, split)])
        for data, half in zip(sets, split):
            logits, labels = take(data, half[1 - part])
            before += zip(softmax(logits), labels)
            after += zip(softmax(logits, temperature), labels)
    tables = [reliability(rows) for rows in (before, after)]
    print("| score | texts | right, % | texts, calibrated | right, % |\n|---|---|---|---|---|")
    for low in range(3, 10):
        cells = [
            f"{texts:,} | {right:.0f}" if texts else "0 | –"
            for texts, right in (table[low] for table in tables)
        ]
        print(f"| 0.{low} to {(low + 1) / 10:.1f} | {' | '.join(cells)} |")
    print("\n| predicted, calibrated | texts | mean score, % | right, % |\n|---|---|---|---|")
    for index, name in enumerate(LABELS):
        of_label = [(row, label) for row, label in after if row.index(max(row)) == index]
        score = 100 * mean([max(row) for row, _ in of_label])
        right = 100 * mean([label == index for _, label in of_label])
        print(f"| {name} | {len(of_label):,} | {score:.0f} | {right:.0f} |")
    print()


def reliability(rows):
    """By the first decimal of the score: the number of texts and the percentage of right ones."""
    texts, right = Counter(), Counter()
    for probabilities, label in rows:
        score = max(probabilities)
        low = min(int(score * 10), 9)
        texts[low] += 1
        right[low] += probabilities.index(score) == label
    return {low: (texts[low], 100 * right[low] / max(texts[low], 1)) for low in range(10)}


def print_estimates(sets, fitted_on):
    """The error of the estimate in points of accuracy, over windows of texts that were not fitted on."""
    print("| texts | accuracy | estimate | error | up to 3 / 5 points |\n|---|---|---|---|---|")
    splits = [fit_and_hold_out(sets, fitted_on, seed) for seed in range(SPLITS)]
    for name in sets:
        for mix, weights in MIXES.items():
            found = [
                accuracy_and_score(draw(held[name], weights, f"{name} {mix} {i} {j}"), temperature)
                for i, (temperature, held) in enumerate(splits)
                for j in range(WINDOWS)
            ]
            errors = [100 * (score - accuracy) for accuracy, score in found]
            within = [
                round(mean([100 * (abs(error) <= limit) for error in errors])) for limit in (3, 5)
            ]
            accuracy, score = (100 * mean([pair[i] for pair in found]) for i in (0, 1))
            cells = [f"{accuracy:.1f}", f"{score:.1f}", f"{mean(errors):+.1f}"]
            print(f"| {name}, {mix} | {' | '.join(cells)} | {within[0]} / {within[1]} |")


def draw(data, weights, seed):
    """WINDOW texts, with replacement; with weights, so many of them have the label."""
    chance = random.Random(seed)
    indices = range(len(data[1]))
    if weights is None:
        return take(data, chance.choices(indices, k=WINDOW))
    label, share = weights
    of_label = [i for i in indices if data[1][i] == LABELS.index(label)]
    others = [i for i in indices if data[1][i] != LABELS.index(label)]
    count = round(share * WINDOW)
    return take(data, chance.choices(of_label, k=count) + chance.choices(others, k=WINDOW - count))


if __name__ == "__main__":
    main(*sys.argv[1:])
