/**
 * Which requests are recorded: OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG, by the samplers of the SDK. The
 * SDK would read the variables itself, but decide only after it has prepared a span, which costs more than all
 * the rest of a request that is not recorded.
 */
import { type Context, SpanKind } from '@opentelemetry/api';
import { getNumberFromEnv, getStringFromEnv } from '@opentelemetry/core';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';

const DEFAULT = 'parentbased_always_on';

/** By the values of OTEL_TRACES_SAMPLER. */
const ROOT_SAMPLERS: Readonly<Record<string, (ratio: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
};

export type IsSampled = (parent: Context, traceId: string) => boolean;

/** @param onProblem receives what is wrong with a variable; its default is used then. */
export function readSampler(onProblem: (message: string) => void): IsSampled {
  const sampler = createSampler(onProblem);
  return (parent, traceId) =>
    sampler.shouldSample(parent, traceId, '', SpanKind.SERVER, {}, []).decision ===
    SamplingDecision.RECORD_AND_SAMPLED;
}

function createSampler(onProblem: (message: string) => void): Sampler {
  const found = getStringFromEnv('OTEL_TRACES_SAMPLER') ?? DEFAULT;
  const [, parentBased, rootName = ''] = /^(parentbased_)?(.*)$/.exec(found) ?? [];
  const createRoot = Object.hasOwn(ROOT_SAMPLERS, rootName) ? ROOT_SAMPLERS[rootName] : undefined;
  if (!createRoot) {
    const names = Object.keys(ROOT_SAMPLERS).flatMap((name) => [name, `parentbased_${name}`]);
    onProblem(
      `OTEL_TRACES_SAMPLER: expected one of ${names.join(', ')}, found ${found}; ${DEFAULT} is used`,
    );
    return new ParentBasedSampler({ root: new AlwaysOnSampler() });
  }
  const root = createRoot(rootName === 'traceidratio' ? readRatio(onProblem) : 1);
  return parentBased ? new ParentBasedSampler({ root }) : root;
}

function readRatio(onProblem: (message: string) => void): number {
  const ratio = getNumberFromEnv('OTEL_TRACES_SAMPLER_ARG') ?? 1;
  if (ratio >= 0 && ratio <= 1) {
    return ratio;
  }
  onProblem(`OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1, found ${ratio}; 1 is used`);
  return 1;
}
