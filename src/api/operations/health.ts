import { livenessSchema, readinessSchema } from '../health.ts';
import { json, MODEL_PROBLEMS, type Operation } from '../operation.ts';

export const HEALTH_OPERATIONS = {
  liveness: {
    id: 'getLiveness',
    method: 'get',
    path: '/healthz',
    tag: 'health',
    summary: 'Whether the process is alive',
    responses: { 200: { description: 'It is', content: json('Liveness', livenessSchema) } },
    problems: [],
  },
  readiness: {
    id: 'getReadiness',
    method: 'get',
    path: '/readyz',
    tag: 'health',
    summary: 'Whether the server can predict',
    responses: { 200: { description: 'It can', content: json('Readiness', readinessSchema) } },
    problems: MODEL_PROBLEMS,
  },
  metrics: {
    id: 'getMetrics',
    method: 'get',
    path: '/metrics',
    tag: 'health',
    isSameOrigin: true,
    summary: 'Metrics for Prometheus',
    responses: {
      200: {
        description: 'Prometheus text, or OpenMetrics where `Accept` prefers it',
        content: { 'text/plain': {}, 'application/openmetrics-text': {} },
      },
    },
    problems: ['internal-error'],
  },
} as const satisfies Record<string, Operation>;
