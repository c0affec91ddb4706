"""Scores as shares of right predictions, with values computed by hand."""

from __future__ import annotations

import math
import unittest

from tweet_sentiment_models.calibration import (
    calibration_error,
    expected_calibration_error,
    fit_temperature,
    record,
    softmax,
)

# The score of the first label is 0.9 at temperature 1, and 0.75 at 2.
NINE_TO_ONE = [math.log(9), 0.0]


class ErrorTest(unittest.TestCase):
    def test_gaps_are_weighted_by_the_texts_of_their_bin(self) -> None:
        probabilities = [
            # Of 15 bins, the twelfth ends at 0.8: two texts, one right. |1 − 0.8 − 0.78| = 0.58
            [0.8, 0.1, 0.1],
            [0.78, 0.12, 0.1],
            # The eighth: one text, right. 1 − 0.5 = 0.5
            [0.3, 0.5, 0.2],
            # The sixth ends at 0.4: one text, wrong. 0.4
            [0.4, 0.35, 0.25],
        ]
        self.assertAlmostEqual(
            expected_calibration_error(probabilities, [0, 1, 1, 2]), (0.58 + 0.5 + 0.4) / 4
        )

    def test_both_errors_are_recorded_to_four_digits(self) -> None:
        # Three of four are right: 0.9 claims too much, 0.75 is right.
        self.assertEqual(
            calibration_error([NINE_TO_ONE] * 4, [0, 0, 0, 1], 2), {"before": 0.15, "after": 0.0}
        )


class TemperatureTest(unittest.TestCase):
    def test_scores_become_the_share_of_right_predictions(self) -> None:
        logits, labels = [NINE_TO_ONE] * 4, [0, 0, 0, 1]
        self.assertEqual(fit_temperature([(logits, labels)]), 2.0)
        for value, expected in zip(softmax(logits, 2)[0], (0.75, 0.25)):
            self.assertAlmostEqual(value, expected)

    def test_each_data_set_has_the_same_weight(self) -> None:
        # 3 of 4 and 4 of 8 are right: the mean share is 5/8, not 7/12.
        datasets = [
            ([NINE_TO_ONE] * 4, [0, 0, 0, 1]),
            ([NINE_TO_ONE] * 8, [0, 1] * 4),
        ]
        self.assertEqual(fit_temperature(datasets), round(math.log(9) / math.log(5 / 3), 4))

    def test_what_has_no_temperature_is_refused(self) -> None:
        for labels in ([0, 0, 0], [1, 1, 0]):
            with self.assertRaisesRegex(ValueError, "no temperature from 0.05 to 20 fits"):
                fit_temperature([([NINE_TO_ONE] * 3, labels)])
        with self.assertRaisesRegex(ValueError, "at least one data set"):
            fit_temperature([])
        with self.assertRaisesRegex(ValueError, "found 1 texts and 2 labels"):
            fit_temperature([([NINE_TO_ONE], [0, 1])])
        with self.assertRaisesRegex(ValueError, "expected a label from 0 to 1, found 2"):
            expected_calibration_error([[0.5, 0.5]], [2])
        with self.assertRaisesRegex(ValueError, "expected a label from 0 to 1, found 0.9"):
            expected_calibration_error([[0.5, 0.5]], [0.9])  # type: ignore[list-item]

    def test_right_predictions_of_any_logits_are_refused(self) -> None:
        # 5.5 · p₁ + 7.4 · p₂ is more than 7.4 by rounding.
        logits = [7.385902282394541, -1379.276710558589, 5.534118791863062]
        with self.assertRaisesRegex(ValueError, "all predictions are right"):
            fit_temperature([([logits], [0])])

    def test_what_is_no_finite_number_is_refused(self) -> None:
        for logit in (math.nan, math.inf, -math.inf):
            logits = [NINE_TO_ONE, NINE_TO_ONE, [logit, 0.0]]
            with self.assertRaisesRegex(ValueError, "expected finite numbers, found"):
                fit_temperature([(logits, [0, 1, 1])])
            with self.assertRaisesRegex(ValueError, "expected finite numbers, found"):
                calibration_error(logits, [0, 1, 1], 2)

    def test_a_record_names_a_temperature_and_data_sets(self) -> None:
        self.assertEqual(record(2, ["en/dev"])["fitted_on"], ["en/dev"])
        with self.assertRaisesRegex(ValueError, "expected a list of data sets, found 'en/dev'"):
            record(2, "en/dev")
        for temperature in (0, -1, math.nan, math.inf):
            with self.assertRaisesRegex(ValueError, "expected a temperature above 0, found"):
                record(temperature, ["en/dev"])
            with self.assertRaisesRegex(ValueError, "expected a temperature above 0, found"):
                softmax([NINE_TO_ONE], temperature)


if __name__ == "__main__":
    unittest.main()
