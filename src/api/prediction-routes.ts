/** Which routes predict: the objectives, the alerts, the dashboard and the console are about them. */

/** Values of the label `route` of the metrics. All of them have the method POST: gRPC is HTTP/2 POST. */
export const PREDICTION_ROUTES: ReadonlySet<string> = new Set([
  '/predict',
  '/v2/models/:name/infer',
  '/inference.GRPCInferenceService/ModelInfer',
]);

/** A regular expression of PromQL that matches these routes, and no other one of this server. */
export const PREDICTION_ROUTES_PATTERN = '.*/(predict|infer|ModelInfer)';
