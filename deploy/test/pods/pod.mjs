// Reads the pod of a rendered manifest: what a node has to know of it, in plain terms. A field that is not
// known here is an error, so that no test passes because something was left out.
import { parseAllDocuments } from 'yaml';
import { asIs, each, ignored, only, quantity, readFields } from './fields.mjs';

const WORKLOADS = ['Deployment', 'Rollout'];

/**
 * @param text a manifest of one or more documents.
 * @param secrets data of Secrets that the manifest only names: `{name: {key: text}}`.
 * @returns the pod of its Deployment or Rollout, and how it is replaced.
 */
export function readWorkload(text, secrets = {}) {
  const documents = parseAllDocuments(text).map((document) => document.toJS());
  const objects = documents.filter((object) => object !== null);
  const workloads = objects.filter(({ kind }) => WORKLOADS.includes(kind));
  if (workloads.length !== 1) {
    throw new Error(`expected one ${WORKLOADS.join(' or ')}, found ${workloads.length}`);
  }
  const [{ spec, metadata }] = workloads;
  const data = {
    configMaps: byName(objects, 'ConfigMap', ({ data = {} }) => data),
    secrets: { ...byName(objects, 'Secret', ({ stringData = {} }) => stringData), ...secrets },
  };
  return {
    name: metadata.name,
    replicas: spec.replicas ?? 1,
    strategy: spec.strategy?.rollingUpdate ?? {},
    minReadyMs: (spec.minReadySeconds ?? 0) * 1000,
    pod: readPod(spec.template.spec, data),
  };
}

function byName(objects, kind, read) {
  const found = objects.filter((object) => object.kind === kind);
  return Object.fromEntries(found.map((object) => [object.metadata.name, read(object)]));
}

function readPod(spec, data) {
  const found = readFields(spec, 'spec', {
    // For the control plane.
    ...{ serviceAccountName: ignored, priorityClassName: ignored, imagePullSecrets: ignored },
    ...{ topologySpreadConstraints: ignored, affinity: ignored, nodeSelector: ignored },
    tolerations: ignored,
    // Otherwise the pod has files and variables that the container here does not have.
    automountServiceAccountToken: only(false),
    enableServiceLinks: only(false),
    restartPolicy: only('Always'),
    terminationGracePeriodSeconds: (seconds) => seconds * 1000,
    securityContext: readPodSecurity,
    volumes: each((volume, path) => readVolume(volume, path, data)),
    initContainers: each((container, path) => readContainer(container, path, data)),
    containers: each((container, path) => readContainer(container, path, data)),
  });
  if (found.automountServiceAccountToken !== false || found.enableServiceLinks !== false) {
    throw new Error(
      'spec: expected automountServiceAccountToken and enableServiceLinks to be false',
    );
  }
  if (found.containers.length !== 1) {
    throw new Error(`spec.containers: expected one, found ${found.containers.length}`);
  }
  const { fsGroup, ...security } = found.securityContext ?? {};
  const withPodSecurity = (container) => ({
    ...container,
    security: { ...security, ...container.security },
  });
  return {
    gracePeriodMs: found.terminationGracePeriodSeconds ?? 30_000,
    fsGroup,
    volumes: Object.fromEntries((found.volumes ?? []).map((volume) => [volume.name, volume])),
    initContainers: (found.initContainers ?? []).map(withPodSecurity),
    container: withPodSecurity(found.containers[0]),
  };
}

const SECURITY = {
  runAsNonRoot: asIs,
  runAsUser: asIs,
  runAsGroup: asIs,
  seccompProfile: (profile, path) =>
    readFields(profile, path, { type: only('RuntimeDefault') }).type,
};

const readPodSecurity = (context, path) =>
  readFields(context, path, { ...SECURITY, fsGroup: asIs, fsGroupChangePolicy: ignored });

const readSecurity = (context, path) =>
  readFields(context, path, {
    ...SECURITY,
    privileged: only(false),
    allowPrivilegeEscalation: asIs,
    readOnlyRootFilesystem: asIs,
    capabilities: (capabilities, path) => readFields(capabilities, path, { drop: asIs }).drop ?? [],
  });

function readVolume(volume, path, { configMaps, secrets }) {
  const readItems = each((item, path) => readFields(item, path, { key: asIs, path: asIs }));
  const filesOf = (data, { items, defaultMode = 0o644 }, path) => {
    if (!data) {
      throw new Error(`${path}: no such data were given`);
    }
    const all = Object.keys(data).map((key) => ({ key, path: key }));
    const files = (items ?? all).map(({ key, path: name }) => {
      if (data[key] === undefined) {
        throw new Error(`${path}: there is no key ${key}`);
      }
      return { name, text: data[key] };
    });
    return { kind: 'files', mode: defaultMode, files };
  };
  const { name, ...kinds } = readFields(volume, path, {
    name: asIs,
    emptyDir: (source, path) => ({
      kind: 'emptyDir',
      ...readFields(source, path, { sizeLimit: quantity, medium: only('Memory') }),
    }),
    secret: (source, path) => {
      const table = { secretName: asIs, items: readItems, defaultMode: asIs };
      const found = readFields(source, path, table);
      return filesOf(secrets[found.secretName], found, `${path} ${found.secretName}`);
    },
    configMap: (source, path) => {
      const found = readFields(source, path, { name: asIs, items: readItems, defaultMode: asIs });
      return filesOf(configMaps[found.name], found, `${path} ${found.name}`);
    },
  });
  return { name, ...Object.values(kinds)[0] };
}

function readContainer(container, path, data) {
  const {
    env = {},
    envFrom = {},
    ports = [],
    resources,
    ...found
  } = readFields(container, path, {
    name: asIs,
    image: asIs,
    imagePullPolicy: ignored,
    command: asIs,
    args: asIs,
    workingDir: asIs,
    env: (variables, path) => readVariables(variables, path, data),
    envFrom: (sources, path) => readAllVariables(sources, path, data),
    ports: each((port, path) =>
      readFields(port, path, { name: asIs, containerPort: asIs, protocol: only('TCP') }),
    ),
    resources: (resources, path) =>
      readFields(resources, path, { requests: ignored, limits: readLimits }),
    securityContext: readSecurity,
    volumeMounts: each((mount, path) =>
      readFields(mount, path, { name: asIs, mountPath: asIs, readOnly: asIs }),
    ),
    startupProbe: readProbe,
    readinessProbe: readProbe,
    livenessProbe: readProbe,
  });
  return {
    ...{ name: found.name, image: found.image, workingDir: found.workingDir },
    ...{ command: found.command, args: found.args },
    env: { ...envFrom, ...env },
    ports: Object.fromEntries(ports.map(({ name, containerPort }) => [name, containerPort])),
    limits: resources?.limits ?? {},
    security: found.securityContext ?? {},
    mounts: found.volumeMounts ?? [],
    probes: {
      startup: found.startupProbe,
      readiness: found.readinessProbe,
      liveness: found.livenessProbe,
    },
  };
}

const readLimits = (limits, path) => readFields(limits, path, { cpu: quantity, memory: quantity });

function readVariables(variables, path, { configMaps, secrets }) {
  const fromData = (data) => (source, path) => {
    const { name, key } = readFields(source, path, { name: asIs, key: asIs });
    const value = data[name]?.[key];
    if (value === undefined) {
      throw new Error(`${path}: there is no ${name} with ${key}`);
    }
    return value;
  };
  const valueFrom = (source, path) => {
    const table = { configMapKeyRef: fromData(configMaps), secretKeyRef: fromData(secrets) };
    return Object.values(readFields(source, path, table))[0];
  };
  const read = each((variable, path) => {
    const found = readFields(variable, path, { name: asIs, value: literal, valueFrom });
    return [found.name, found.value ?? found.valueFrom ?? ''];
  });
  return Object.fromEntries(read(variables, path));
}

/** The kubelet would replace `$(NAME)`. */
function literal(value, path) {
  if (typeof value !== 'string' || value.includes('$(')) {
    throw new Error(`${path}: expected a string without $(…), found ${JSON.stringify(value)}`);
  }
  return value;
}

function readAllVariables(sources, path, { configMaps }) {
  const read = each((source, path) => {
    const configMapRef = (source, path) => readFields(source, path, { name: asIs }).name;
    const { configMapRef: name } = readFields(source, path, { configMapRef });
    if (!configMaps[name]) {
      throw new Error(`${path}: there is no ConfigMap ${name}`);
    }
    return configMaps[name];
  });
  return Object.assign({}, ...read(sources, path));
}

function readProbe(probe, path) {
  const httpGet = (request, path) =>
    readFields(request, path, { path: asIs, port: asIs, scheme: only('HTTP') });
  const found = readFields(probe, path, {
    ...{ httpGet, initialDelaySeconds: asIs, periodSeconds: asIs, timeoutSeconds: asIs },
    ...{ failureThreshold: asIs, successThreshold: asIs },
  });
  return {
    ...found.httpGet,
    initialDelayMs: (found.initialDelaySeconds ?? 0) * 1000,
    periodMs: (found.periodSeconds ?? 10) * 1000,
    timeoutMs: (found.timeoutSeconds ?? 1) * 1000,
    failureThreshold: found.failureThreshold ?? 3,
    successThreshold: found.successThreshold ?? 1,
  };
}
