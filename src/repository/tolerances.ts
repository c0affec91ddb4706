/** How far a score may differ from the recorded one. Another kind of CPU rounds differently. */
export const SCORE_TOLERANCES = {
  /** Of the same weights, measured again. */
  remeasured: 0.005,
  /** Of an expected calibration error: a score that rounds into the next bin takes its text along. */
  calibrationError: 0.02,
  /** Of the temperature that the calibrated scores still need, which is 1. */
  temperature: 0.05,
  /** Of weights that were trained again from the same ingredients. */
  retrained: 0.01,
} as const;
