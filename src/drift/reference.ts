/** What traffic is compared with: the training data of its version, or the deployment's normal. */
import type { Normal } from './normal.ts';
import { binNames, type Profile } from './profile.ts';

export const REFERENCES = ['training', 'normal'] as const;
export type ReferenceKind = (typeof REFERENCES)[number];

/** The bins of a profile with the shares of a normal; features that it has not measured are left out. */
export function profileOfNormal(
  profile: Pick<Profile, 'features'>,
  { texts, features }: Pick<Normal, 'texts' | 'features'>,
): Profile {
  return {
    texts,
    features: Object.fromEntries(
      Object.entries(profile.features).flatMap(([feature, distribution]) => {
        const shares = features[feature];
        const ratios = binNames(distribution).map((bin) => shares?.[bin]?.ratio ?? 0);
        return shares ? [[feature, { ...distribution, ratios }]] : [];
      }),
    ),
  };
}
