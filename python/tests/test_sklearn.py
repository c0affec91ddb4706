"""Parameters and scores of the real scikit-learn."""

from __future__ import annotations

import json
import unittest
import warnings

import numpy
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report
from sklearn.pipeline import Pipeline

from tests.support import ModelRepositoryTest
from tweet_sentiment_models import HyperparametersDiffer

LABELS = ["negative", "neutral", "positive"]
ACTUAL = ["negative", "negative", "neutral", "positive", "positive", "positive"]
PREDICTED = ["negative", "neutral", "neutral", "positive", "positive", "negative"]


class ScikitLearnTest(ModelRepositoryTest):
    """A pipeline whose parameters hyperparameters.json has."""

    def setUp(self) -> None:
        """Name some of the pipeline's parameters; the others have the library's defaults."""
        super().setUp()
        named = {"tfidf": {"ngram_range": [1, 2], "min_df": 2}, "classifier__C": 2.0}
        self.write("hyperparameters.json", json.dumps({**named, "labels": LABELS}))

    def pipeline(self, C: float, ngrams: int) -> Pipeline:
        """Words and classifier, as a user would write them."""
        return Pipeline(
            [
                ("tfidf", TfidfVectorizer(ngram_range=(1, ngrams), min_df=2)),
                ("classifier", LogisticRegression(C=C)),
            ]
        )

    def test_compares_the_parameters_that_the_file_names(self) -> None:
        run = self.repository.start()
        run.log_estimator(self.pipeline(C=2.0, ngrams=2))
        with self.assertRaises(HyperparametersDiffer) as raised:
            run.log_estimator(self.pipeline(C=1.0, ngrams=3))
        message = str(raised.exception)
        self.assertIn("classifier__C: the training uses 1.0, hyperparameters.json has 2.0", message)
        self.assertIn("tfidf.ngram_range: the training uses (1, 3), ", message)
        self.assertNotIn("min_df", message)

    def test_seeds_numpy(self) -> None:
        self.repository.start(seed=7)
        first = numpy.random.rand()
        self.repository.start(seed=7)
        self.assertEqual(first, numpy.random.rand())

    def test_refuses_an_estimator_of_which_the_file_names_nothing(self) -> None:
        run = self.repository.start()
        with self.assertRaisesRegex(
            HyperparametersDiffer, "names no parameter of LogisticRegression, such as C, "
        ):
            run.log_estimator(LogisticRegression())

    def test_metrics_are_those_of_its_report(self) -> None:
        report = classification_report(ACTUAL, PREDICTED, output_dict=True)
        run = self.repository.start()
        run.metrics({"tiny/dev": report}, weights="int8")
        written = json.loads(self.read("metrics.json"))["datasets"]["tiny/dev"]
        self.assertEqual(
            {
                "rows": 6,
                "int8": {
                    "macro_recall": 0.7222,
                    "macro_f1": 0.6556,
                    "accuracy": 0.6667,
                    "labels": {
                        "negative": {"precision": 0.5, "recall": 0.5, "f1": 0.5, "support": 2},
                        "neutral": {"precision": 0.5, "recall": 1.0, "f1": 0.6667, "support": 1},
                        "positive": {"precision": 1.0, "recall": 0.6667, "f1": 0.8, "support": 3},
                    },
                },
            },
            written,
        )

    def test_refuses_a_report_of_some_labels(self) -> None:
        run = self.repository.start()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            report = classification_report(ACTUAL, PREDICTED, labels=LABELS[:2], output_dict=True)
        with self.assertRaisesRegex(ValueError, "the report has no accuracy"):
            run.metrics({"tiny/dev": report})
        with self.assertRaisesRegex(ValueError, "weights: expected fp32 or int8, found 'fp16'"):
            run.metrics({"tiny/dev": report}, weights="fp16")


if __name__ == "__main__":
    unittest.main()
