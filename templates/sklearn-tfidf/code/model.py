"""TF-IDF of tokens and logistic regression, by scikit-learn; the same as an ONNX graph."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from tokenizers import Tokenizer

from preprocessing import SPECIAL_TOKENS, build_tokenizer

OPSET = 17
# The file format that came with this opset: older runtimes can read it.
IR_VERSION = 8


def train(
    texts: list[str], labels: np.ndarray, hyperparameters: dict, target: Path
) -> tuple[Tokenizer, dict]:
    """Fit, and write the graph to `target`. Returns the tokenizer, and keys of config.json.

    `labels` are indices [texts] into the labels of `hyperparameters`.
    """
    tokenizer = build_tokenizer(texts, **hyperparameters["tokenizer"])
    counts = count_tokens(tokenizer, texts)
    tfidf = TfidfTransformer().fit(counts)
    regression = LogisticRegression(**hyperparameters["regression"])
    regression.fit(tfidf.transform(counts), labels)
    if len(regression.classes_) < len(hyperparameters["labels"]):
        raise SystemExit("a label of hyperparameters.json has no text in the training data")
    weights, bias = regression.coef_.T, regression.intercept_
    if len(bias) == 1:
        # Of two labels, scikit-learn has the logit of the second only.
        weights, bias = np.hstack([0 * weights, weights]), np.array([0, bias[0]])
    export(tfidf.idf_, weights, bias, target)
    return tokenizer, {
        "model_type": "tfidf",
        "max_position_embeddings": hyperparameters["tokenizer"]["max_length"],
        "pad_token_id": SPECIAL_TOKENS.index("[PAD]"),
    }


def count_tokens(tokenizer: Tokenizer, texts: list[str]) -> csr_matrix:
    """How often each token occurs in each text, [texts, vocabulary]."""
    ids = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    ends = np.cumsum([0] + [len(text) for text in ids])
    columns = np.concatenate(ids)
    shape = (len(texts), tokenizer.get_vocab_size())
    counts = csr_matrix((np.ones(len(columns)), columns, ends), shape)
    counts.sum_duplicates()
    return counts


def export(idf: np.ndarray, weights: np.ndarray, bias: np.ndarray, target: Path) -> None:
    """Write the graph: input_ids, attention_mask [batch, length] → logits [batch, labels].

    `idf` [vocabulary], `weights` [vocabulary, labels], `bias` [labels]. With the count c(t) of
    token t, scikit-learn's logits are
        sum_t c(t) idf(t) weights(t) / sqrt(sum_t (c(t) idf(t))²) + bias.
    Both sums are taken over the positions of the text: a token that occurs c times has c
    positions. Padding has mask 0 and adds nothing.
    """
    table = np.column_stack([idf[:, None] * weights, idf**2])
    constants = {
        "table": table.astype(np.float32),
        "bias": bias.astype(np.float32),
        "one": np.array([1]),
        "two": np.array([2]),
        "parts": np.array([len(bias), 1]),
    }
    node = helper.make_node
    nodes = [
        node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        node("Unsqueeze", ["mask", "two"], ["mask_column"]),
        # [batch, length, 1]: how often the token at each position occurs in its text.
        node("Unsqueeze", ["input_ids", "two"], ["id_column"]),
        node("Unsqueeze", ["input_ids", "one"], ["id_row"]),
        node("Equal", ["id_column", "id_row"], ["same"]),
        node("Cast", ["same"], ["same_number"], to=TensorProto.FLOAT),
        node("MatMul", ["same_number", "mask_column"], ["counts"]),
        # Sums over the positions.
        node("Gather", ["table", "input_ids"], ["rows"], axis=0),
        node("Mul", ["rows", "mask_column"], ["masked_rows"]),
        node("Split", ["masked_rows", "parts"], ["scores", "squared_idf"], axis=2),
        node("Mul", ["squared_idf", "counts"], ["squares"]),
        node("ReduceSum", ["scores", "one"], ["score"], keepdims=0),
        node("ReduceSum", ["squares", "one"], ["squared_norm"], keepdims=0),
        node("Sqrt", ["squared_norm"], ["norm"]),
        node("Div", ["score", "norm"], ["normalized"]),
        node("Add", ["normalized", "bias"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tfidf_logistic_regression",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
            for name in ("input_ids", "attention_mask")
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", len(bias)])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, target)
