// Serves metrics.k8s.io and custom.metrics.k8s.io to a control plane without kubelets, for its
// HorizontalPodAutoscaler: a load from a file, divided among the pods that are ready.
//
//   node metrics-adapter.mjs PORT KEY CERTIFICATE LOAD   with KUBE_SERVER, KUBE_TOKEN, NODE_EXTRA_CA_CERTS
//
// LOAD is a JSON file, read for each request: {"cpu": cores, "metrics": {"<name>": number}}, each the sum of all pods.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [port, key, cert, load] = process.argv.slice(2);
const { KUBE_SERVER, KUBE_TOKEN } = process.env;
const RESOURCES = '/apis/metrics.k8s.io/v1beta1';
const CUSTOM = '/apis/custom.metrics.k8s.io/v1beta2';

/** The running pods that a selector matches. */
async function podsOf(namespace, labelSelector) {
  const query = new URLSearchParams({ labelSelector, fieldSelector: 'status.phase=Running' });
  const url = `${KUBE_SERVER}/api/v1/namespaces/${namespace}/pods?${query}`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${KUBE_TOKEN}` } });
  if (!response.ok) {
    throw new Error(`${url}: ${response.status}`);
  }
  const { items } = await response.json();
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

const isReady = ({ status }) =>
  status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');

/** What a pod has of a sum, as a quantity in thousandths. */
function share(sum, pod, pods) {
  return isReady(pod) ? `${Math.round((sum * 1000) / pods.filter(isReady).length)}m` : '0';
}

function podMetrics(pods, { cpu }) {
  const timestamp = new Date().toISOString();
  const items = pods.map((pod) => ({
    metadata: pod.metadata,
    timestamp,
    window: '15s',
    containers: [
      { name: pod.spec.containers[0].name, usage: { cpu: share(cpu, pod, pods), memory: '300Mi' } },
    ],
  }));
  return { kind: 'PodMetricsList', apiVersion: 'metrics.k8s.io/v1beta1', metadata: {}, items };
}

function customMetrics(pods, name, { metrics }) {
  const timestamp = new Date().toISOString();
  const items = pods.map((pod) => ({
    describedObject: {
      kind: 'Pod',
      namespace: pod.metadata.namespace,
      name: pod.metadata.name,
      apiVersion: '/v1',
    },
    metric: { name, selector: null },
    timestamp,
    value: share(metrics[name], pod, pods),
  }));
  return {
    kind: 'MetricValueList',
    apiVersion: 'custom.metrics.k8s.io/v1beta2',
    metadata: {},
    items,
  };
}

function resourceList(groupVersion, names, kind) {
  const resources = names.map((name) => ({
    name,
    singularName: '',
    namespaced: true,
    kind,
    verbs: ['get', 'list'],
  }));
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}

/** @returns the body of the answer, or nothing where there is no such resource. */
async function answer({ pathname: encoded, searchParams }) {
  const pathname = decodeURIComponent(encoded);
  const current = JSON.parse(readFileSync(load, 'utf8'));
  const selector = searchParams.get('labelSelector') ?? '';
  if (pathname === RESOURCES) {
    return resourceList('metrics.k8s.io/v1beta1', ['pods'], 'PodMetrics');
  }
  if (pathname === CUSTOM) {
    const names = Object.keys(current.metrics).map((name) => `pods/${name}`);
    return resourceList('custom.metrics.k8s.io/v1beta2', names, 'MetricValueList');
  }
  const [, namespace, metric] =
    pathname.match(/^\/apis\/[^/]+\/[^/]+\/namespaces\/([^/]+)\/pods(?:\/\*\/([^/]+))?$/) ?? [];
  if (pathname.startsWith(RESOURCES) && namespace && !metric) {
    return podMetrics(await podsOf(namespace, selector), current);
  }
  if (pathname.startsWith(CUSTOM) && current.metrics[metric] !== undefined) {
    return customMetrics(await podsOf(namespace, selector), metric, current);
  }
}

createServer({ key: readFileSync(key), cert: readFileSync(cert) }, async (request, response) => {
  let status = 200;
  let body;
  try {
    body = await answer(new URL(request.url, 'https://localhost'));
    status = body === undefined ? 404 : 200;
  } catch (error) {
    console.error(error);
    status = 500;
  }
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify(body ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: status }),
  );
}).listen(Number(port), '127.0.0.1', () => console.log('listening'));
