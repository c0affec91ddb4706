/** An observer that ignores everything but what a test wants to see. */
import type { Observer } from '../../src/serving/observer.ts';
import { receivedTrace } from '../../src/serving/trace.ts';

const ignore = (): void => undefined;

export function observerWith(observed: Partial<Observer> = {}): Observer {
  return {
    classifier: {
      onLookUp: ignore,
      onDequeue: ignore,
      onRun: ignore,
      onWorkerRestart: ignore,
      onNonSaturatingInt8: ignore,
    },
    onRoute: ignore,
    startTrace: receivedTrace,
    onClients: ignore,
    onKeysRead: ignore,
    onKeysError: ignore,
    onRequestStart: ignore,
    onRequestEnd: ignore,
    onError: ignore,
    onConnectionClosed: ignore,
    startPrediction: () => ({ onPrediction: ignore, onRejected: ignore }),
    onFeedback: ignore,
    onLoadEvent: ignore,
    onModelLoaded: ignore,
    onAlreadyServing: ignore,
    onServing: ignore,
    onPinError: ignore,
    onShadowPrediction: ({ primary }) => ({ input: primary.input }),
    onShadowDropped: ignore,
    onShadowError: ignore,
    onCandidate: ignore,
    onReady: ignore,
    onModelFailed: ignore,
    ...observed,
  };
}
