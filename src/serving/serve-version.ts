import { collectGarbageSoon } from '../inference/garbage.ts';
import type { DesiredVersion } from './desired-version.ts';
import { type LoaderOptions, loadModel } from './loader.ts';
import type { Manager } from './manager.ts';
import type { LoadEvent, Observer } from './observer.ts';

export interface ServeVersionOptions {
  readonly manager: Manager;
  readonly observer: Pick<
    Observer,
    'classifier' | 'onLoadEvent' | 'onModelLoaded' | 'onServing' | 'onModelFailed' | 'onReady'
  >;
  /** Awaited between loading and serving. */
  readonly allReady: (commit: string) => Promise<void>;
  /** Ends the waiting for a remote store; what fails after it has aborted is no failure. */
  readonly signal: AbortSignal;
}

/** Brings a version from its store into the manager's hands. Rejects as `locate` and `loadModel` do. */
export async function serveVersion(
  config: LoaderOptions,
  desired: DesiredVersion,
  { manager, observer, allReady, signal }: ServeVersionOptions,
): Promise<void> {
  const start = performance.now();
  try {
    const model = await manager.start({
      run: async (onCommit, onStore) => {
        const onLoadEvent = (event: LoadEvent): void => {
          onStore(event.type === 'store-retry' ? event.retry : undefined);
          observer.onLoadEvent(event);
        };
        const located = await desired.locate({ onLoadEvent }, signal);
        onCommit(located.commit);
        return loadModel(config, located, {
          observer: observer.classifier,
          isAnswering: manager.isAnswering,
        });
      },
      beforeServing: (loaded) => {
        observer.onModelLoaded(loaded);
        observer.onServing(loaded);
        return allReady(loaded.commit);
      },
    });
    if (!signal.aborted) {
      observer.onReady(model, performance.now() - start);
    }
    collectGarbageSoon();
  } catch (error) {
    if (!signal.aborted) {
      observer.onModelFailed(error, manager.state().commit);
    }
    throw error;
  }
}
