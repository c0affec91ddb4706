"""Which ONNX variant of a version to ship: accuracy lost per microsecond won.

    python bench/model/variants.py --version models/tweet-sentiment/<sha> --dev dev.tsv …

makes the variants in a temporary folder, measures them as the server runs them (one thread,
no spinning), round by round in turn, and prints a Markdown table. Needs onnxruntime, onnx,
tokenizers and numpy. Data files are `label<TAB>text` under a header line.
"""

import argparse
import json
import logging
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import onnxruntime
from onnxruntime import GraphOptimizationLevel as Level
from tokenizers import Tokenizer

import avx2
from graphs import dequantize, fuse, quantize_dynamically, quantize_statically, quantize_weights

TOKENS = 28  # of an average tweet
BATCHES = (1, 8, 16)
TEXTS_PER_ROUND = 48
CALIBRATION_TEXTS = 384
COMPANY = 200  # texts whose single scores are compared with those in a batch


@dataclass(frozen=True)
class Variant:
    """A file, how far ONNX Runtime may rewrite it when it loads it, and session settings."""

    name: str
    path: Path
    level: Level = Level.ORT_ENABLE_ALL
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Version:
    """What is measured: the version's files and its texts as token ids."""

    path: Path
    config: dict
    tokenizer: Tokenizer

    def encode(self, texts: list[str]) -> list[list[int]]:
        """Token ids, as the server makes them."""
        return [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]

    @property
    def labels(self) -> list[str]:
        """Names of the labels, in the order of the logits."""
        names = self.config["id2label"]
        return [names[str(index)] for index in range(len(names))]


def open_version(path: Path) -> Version:
    """Read a version's folder."""
    config = json.loads((path / "config.json").read_text(encoding="utf-8"))
    hyperparameters = json.loads((path / "hyperparameters.json").read_text(encoding="utf-8"))
    tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
    tokenizer.enable_truncation(hyperparameters["preprocessing"]["max_length"])
    return Version(path, config, tokenizer)


def read_split(path: Path) -> tuple[list[str], list[str]]:
    """Labels and texts of a data file."""
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")[1:]
    labels, texts = zip(*(line.split("\t", 1) for line in lines), strict=True)
    return list(labels), list(texts)


def open_session(
    variant: Variant,
    saved: Path | None = None,
    disabled: list[str] | None = None,
    profile: str | None = None,
) -> onnxruntime.InferenceSession:
    """A session like the server's: from bytes, one thread; `saved` keeps what it rewrote."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = variant.level
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    for key, value in variant.settings:
        options.add_session_config_entry(key, value)
    if saved:
        options.optimized_model_filepath = str(saved)
    if profile:
        options.enable_profiling, options.profile_file_prefix = True, profile
    return onnxruntime.InferenceSession(
        variant.path.read_bytes(), options, ["CPUExecutionProvider"], disabled_optimizers=disabled
    )


def make_variants(
    folder: Path, version: Version, plain: Path | None, calibration: list[str]
) -> list[Variant]:
    """Write every variant of the version into `folder`. Without calibration texts, no static."""
    shipped = version.path / "model.onnx"
    model, heads = onnx.load(shipped), version.config["num_attention_heads"]

    def save(name: str, graph: onnx.ModelProto) -> Path:
        onnx.save(graph, folder / name)
        return folder / name

    def optimized(name: str, *settings: tuple[str, str]) -> Path:
        rewritten = Variant("", shipped, Level.ORT_ENABLE_ALL, settings)
        open_session(rewritten, saved=folder / name)
        return folder / name

    def without_skip(source: Path, name: str) -> Path:
        rewritten = Variant("", source, Level.ORT_ENABLE_EXTENDED)
        open_session(rewritten, folder / name, disabled=["SkipLayerNormFusion"])
        return folder / name

    plain = plain or save("float.onnx", dequantize(model))
    float_model = onnx.load(plain)
    quantize_dynamically(plain, folder / "dynamic.onnx")
    all_saved = optimized("all.onnx")
    ort_saved = optimized("all.ort", ("session.save_model_format", "ORT"))
    # No saturation on AVX2, at the price of slower products: see avx2.py.
    precise = (("session.x64quantprecision", "1"),)
    fused = save("fused.onnx", fuse(model, heads))
    variants = [
        Variant("fp32", plain),
        Variant("int8 dynamic", folder / "dynamic.onnx"),
        Variant("shipped bytes", shipped),
        Variant("shipped, x64quantprecision", shipped, settings=precise),
        Variant("shipped, optimised offline", all_saved, Level.ORT_DISABLE_ALL),
        Variant("shipped, .ort", ort_saved, Level.ORT_DISABLE_ALL),
        Variant("no SkipLayerNorm", without_skip(shipped, "noskip.onnx"), Level.ORT_ENABLE_BASIC),
        Variant("fused attention", without_skip(fused, "fast.onnx"), Level.ORT_ENABLE_BASIC),
    ]
    for bits in (8, 4):
        for accuracy in (0, 4):
            graph = quantize_weights(float_model, bits, accuracy)
            name = f"weights {bits} bits, accuracy level {accuracy}"
            variants.append(Variant(name, save(f"w{bits}a{accuracy}.onnx", graph)))
    if calibration:
        for at, bits in enumerate((8, 7), start=2):
            path = folder / f"static{bits}.onnx"
            ids = version.encode(calibration)
            quantize_statically(plain, path, ids, model, reduce_range=bits == 7)
            variants.insert(at, Variant(f"int8 static, weights {bits} bits", path))
    return variants


def feeds(rows: list[list[int]], padding: int) -> dict[str, np.ndarray]:
    """Token ids → the model's inputs, padded to the longest row."""
    length = max(map(len, rows))
    ids = np.array([row + [padding] * (length - len(row)) for row in rows])
    mask = np.array([[1] * len(row) + [0] * (length - len(row)) for row in rows])
    return {"input_ids": ids, "attention_mask": mask}


def scores(
    session: onnxruntime.InferenceSession, rows: list[list[int]], padding: int, batch: int = 1
) -> np.ndarray:
    """Probabilities of the labels, [texts, labels], with `batch` texts at a time."""
    starts = range(0, len(rows), batch)
    inputs = (feeds(rows[start : start + batch], padding) for start in starts)
    logits = np.concatenate([session.run(["logits"], each)[0] for each in inputs])
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def macro_recall(actual: list[str], predicted: list[str]) -> float:
    """In percent (the measure of SemEval-2017 task 4 A)."""
    hits = Counter(a for a, p in zip(actual, predicted, strict=True) if a == p)
    return 100 * statistics.mean(hits[label] / rows for label, rows in Counter(actual).items())


def milliseconds(action: Callable[[], object], times: int = 1) -> float:
    """Mean duration of `action`."""
    start = time.perf_counter()
    for _ in range(times):
        action()
    return (time.perf_counter() - start) / times * 1000


def judge(session: onnxruntime.InferenceSession, version: Version, splits: dict) -> dict:
    """How right a variant is, and how much a text's scores depend on its company."""
    padding, labels = version.config["pad_token_id"], version.labels
    recalls, company = {}, 0.0
    for name, (actual, rows) in splits.items():
        alone = scores(session, rows, padding)
        recalls[name] = macro_recall(actual, [labels[i] for i in alone.argmax(axis=-1)])
        together = scores(session, rows[:COMPANY], padding, batch=16)
        company = max(company, float(np.abs(together - alone[:COMPANY]).max()))
    texts = json.loads((version.path / "golden.json").read_text(encoding="utf-8"))["texts"]
    expected = np.array([[each["scores"][label] for label in labels] for each in texts])
    found = scores(session, version.encode([each["text"] for each in texts]), padding)
    changed = int((found.argmax(axis=-1) != expected.argmax(axis=-1)).sum())
    golden = float(np.abs(found - expected).max())
    return {"recall": recalls, "company": company, "golden": golden, "golden_changed": changed}


def race(variants: list[Variant], version: Version, rounds: int) -> dict[str, dict]:
    """Times of each variant, of one round after the other: ms to open, ms per text."""
    random = np.random.default_rng(1)
    ids = random.integers(1000, version.config["vocab_size"], (max(BATCHES), TOKENS))
    inputs = {n: {"input_ids": ids[:n], "attention_mask": np.ones_like(ids[:n])} for n in BATCHES}
    times = {v.name: {"open": [], **{str(n): [] for n in BATCHES}} for v in variants}
    sessions = {variant.name: open_session(variant) for variant in variants}
    for _ in range(rounds):
        for variant in variants:
            session, kept = sessions[variant.name], times[variant.name]
            kept["open"].append(milliseconds(lambda v=variant: open_session(v)))
            for n, each in inputs.items():
                session.run(None, each)
                runs = TEXTS_PER_ROUND // n
                kept[str(n)].append(milliseconds(lambda: session.run(None, each), runs) / n)
    return times


def profile(variant: Variant, version: Version, folder: Path) -> str:
    """ONNX Runtime's own account of a batch of 8: time by operator, Markdown."""
    session = open_session(variant, profile=str(folder / "profile"))
    ids = np.random.default_rng(1).integers(1000, version.config["vocab_size"], (8, TOKENS))
    runs = 50
    for _ in range(runs):
        session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
    events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
    durations, calls = Counter(), Counter()
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith("_kernel_time"):
            durations[event["args"]["op_name"]] += event["dur"]
            calls[event["args"]["op_name"]] += 1
    lines = [f"{variant.name}: batch of 8, {TOKENS} tokens", ""]
    lines += ["| operator | calls | µs/text | % |", "|---|---|---|---|"]
    for operator, duration in durations.most_common():
        share = 100 * duration / durations.total()
        per_text = duration / runs / 8
        lines.append(f"| {operator} | {calls[operator] // runs} | {per_text:.1f} | {share:.1f} |")
    return "\n".join(lines)


def table(results: list[dict], splits: list[str]) -> str:
    """Markdown: a row for each variant."""
    speeds = [f"ms/text, batch {n}" for n in BATCHES]
    recalls = [f"macro recall {name}" for name in splits]
    heads = ["variant", "MB", "open ms", *speeds, *recalls, "alone ↔ batch", "golden (changed)"]
    rows = [heads, ["---"] * len(heads)]
    for each in results:
        median = {name: statistics.median(times) for name, times in each["ms"].items()}
        cells = [each["name"], f"{each['bytes'] / 1e6:.1f}", f"{median['open']:.0f}"]
        cells += [f"{median[str(n)]:.3f}" for n in BATCHES]
        cells += [f"{each['recall'][name]:.2f}" for name in splits]
        cells += [f"{each['company']:.0e}", f"{each['golden']:.0e} ({each['golden_changed']})"]
        rows.append(cells)
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main(options: argparse.Namespace) -> None:
    """Make, measure, print."""
    # Its quantiser warns of a preparation that these graphs have no use for.
    logging.disable(logging.WARNING)
    version = open_version(options.version)
    files = {f"{path.parent.name}/{path.stem}": read_split(path) for path in options.dev}
    splits = {name: (labels, version.encode(texts)) for name, (labels, texts) in files.items()}
    calibration = read_split(options.train)[1] if options.train else []
    # Spread over the file, as the version's own training picks them.
    calibration = calibration[:: len(calibration) // CALIBRATION_TEXTS or 1][:CALIBRATION_TEXTS]
    with TemporaryDirectory() as name:
        folder = Path(name)
        variants = make_variants(folder, version, options.float, calibration)
        if options.profile:
            chosen = [variant for variant in variants if variant.name == options.profile]
            names = ", ".join(variant.name for variant in variants)
            print(profile(chosen[0], version, folder) if chosen else f"variants: {names}")
            return
        times = race(variants, version, options.rounds)
        results = [
            {"name": variant.name, "bytes": variant.path.stat().st_size, "ms": times[variant.name]}
            | judge(open_session(variant), version, splits)
            for variant in variants
        ]
    kernels = avx2.kernels()
    print(f"{version.path.name[:12]}, {kernels}, medians of {options.rounds} rounds\n")
    print(table(results, list(splits)))
    if options.json:
        summary = {"version": version.path.name, "kernels": kernels, "variants": results}
        options.json.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--version", type=Path, required=True, help="a version's folder")
    parser.add_argument("--dev", type=Path, nargs="+", required=True, help="labelled texts")
    parser.add_argument("--float", type=Path, help="float export, else made from the int8 one")
    parser.add_argument("--train", type=Path, help="texts to calibrate a static variant on")
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there")
    parser.add_argument("--profile", metavar="VARIANT", help="only where its time goes")
    parser.add_argument("--avx2", action="store_true", help="on a CPU without AVX-512, as it were")
    arguments = parser.parse_args()
    sys.exit(avx2.run_again(sys.argv) if arguments.avx2 else main(arguments))
