/** A component of CycloneDX 1.6, as far as it is read here. */
export interface Component {
  readonly type: string;
  readonly name: string;
  readonly version?: string;
  readonly components?: readonly Component[];
}

export function modelComponents(folder: string): Component[];
export function copiedPackages(dist: string): Component[];
