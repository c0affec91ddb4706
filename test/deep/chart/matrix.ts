/** Values as people use the chart, by what they are about. Each is rendered and checked. */
import { OTHER_COMMIT } from './commits.ts';
import type { Values } from './helm.ts';

const s3 = {
  model: {
    store: 's3://models/production',
    credentialsSecret: 'aws',
    env: { AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL_S3: 'https://s3.example:9000' },
  },
};
const monitoring = {
  serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
  prometheusRule: { enabled: true, labels: { release: 'prometheus' } },
  dashboard: { enabled: true },
  networkPolicy: { monitoringNamespace: 'monitoring' },
};
const gateway = {
  httpRoute: {
    enabled: true,
    parentRefs: [{ name: 'gateway', namespace: 'gateways' }],
    hostnames: ['sentiment.example'],
  },
};
const secrets = {
  secrets: { keys: ['api-keys', 'admin-token', 'feedback-key'], existingSecret: 'sentiment' },
};
const externalSecret = {
  secrets: {
    keys: ['api-keys', 'feedback-key'],
    externalSecret: { enabled: true, storeRef: { name: 'vault' }, remoteKey: 'sentiment' },
  },
};
const tls = {
  service: { grpcPort: 9000, separateAdminPort: true },
  tls: { existingSecret: 'certificate' },
};
const batch = {
  batch: { enabled: true, claim: 'tweets', input: 'tweets.csv', args: ['--text-column=tweet'] },
};
const keda = {
  autoscaling: {
    enabled: true,
    kind: 'KEDA',
    queueLength: 64,
    prometheusAddress: 'http://prometheus.monitoring:9090',
  },
};

export const MATRIX: Readonly<Record<string, Values>> = {
  'the defaults': {},
  'a store on S3': s3,
  'a store on a web server': { model: { store: 'https://models.example/production' } },
  'a claim for the cache': { model: { ...s3.model, cache: { existingClaim: 'cache' } } },
  'an HPA by CPU': { autoscaling: { enabled: true } },
  'an HPA by queue': { autoscaling: { enabled: true, queueLength: 64 } },
  KEDA: keda,
  'Argo by the share of pods': {
    ...s3,
    ...monitoring,
    rollout: { kind: 'Argo' },
    canary: { compareWith: OTHER_COMMIT },
  },
  'Argo by weights': { ...gateway, rollout: { kind: 'Argo' }, canary: { traffic: 'HTTPRoute' } },
  'Argo with KEDA': { ...keda, rollout: { kind: 'Argo' } },
  Flagger: {
    ...gateway,
    ...monitoring,
    rollout: { kind: 'Flagger' },
    canary: { traffic: 'HTTPRoute' },
  },
  'Flagger with KEDA': {
    ...keda,
    ...gateway,
    rollout: { kind: 'Flagger' },
    canary: { traffic: 'HTTPRoute' },
  },
  monitoring,
  'an ingress': {
    ingress: {
      enabled: true,
      className: 'nginx',
      host: 'sentiment.example',
      tlsSecret: 'certificate',
    },
    networkPolicy: { fromNamespaces: ['ingress-nginx'] },
  },
  'a gateway': gateway,
  secrets,
  'external secrets': externalSecret,
  'gRPC and TLS': tls,
  batch,
  everything: {
    ...s3,
    ...secrets,
    ...tls,
    ...batch,
    ...gateway,
    ...monitoring,
    autoscaling: { enabled: true, queueLength: 64 },
    image: { repository: 'registry.example/sentiment', pullSecrets: ['registry'] },
    settings: { LOG_LEVEL: 'debug', CACHE_SIZE: 33_554_432, LOG_INPUT: 'none' },
    ingress: { enabled: true, host: 'sentiment.example' },
    priorityClassName: 'high',
    nodeSelector: { 'kubernetes.io/arch': 'amd64' },
    tolerations: [{ key: 'dedicated', operator: 'Exists' }],
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 1,
            podAffinityTerm: {
              topologyKey: 'kubernetes.io/hostname',
              labelSelector: { matchLabels: { app: 'other' } },
            },
          },
        ],
      },
    },
    podAnnotations: { team: 'sentiment' },
    podLabels: { team: 'sentiment' },
    serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/models' } },
  },
};
