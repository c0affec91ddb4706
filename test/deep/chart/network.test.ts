/** Who may reach the pods of the chart, and whom they may reach. */
import { describe, expect, test } from 'vitest';
import { haveHelm, one, render, type Values } from './helm.ts';
import { MATRIX } from './matrix.ts';

const NAME = 'shop-tweet-sentiment';
const TO_DNS = {
  to: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
  ],
  ports: [
    { port: 53, protocol: 'UDP' },
    { port: 53, protocol: 'TCP' },
  ],
};
/** Every address but those of the node itself, which has credentials. */
const ANYWHERE = [
  {
    ipBlock: {
      cidr: '0.0.0.0/0',
      except: ['169.254.0.0/16', '168.63.129.16/32', '100.100.100.200/32'],
    },
  },
  { ipBlock: { cidr: '::/0', except: ['fe80::/10', 'fd00:ec2::/32'] } },
];

async function policy(values: Values = {}, name = NAME) {
  return one(await render(values), 'NetworkPolicy', name).spec;
}

describe.skipIf(!haveHelm)('by default,', () => {
  test('the namespace reaches the port for requests, and nobody else reaches any', async () => {
    const { ingress, policyTypes } = await policy();
    expect(policyTypes).toEqual(['Ingress', 'Egress']);
    expect(ingress).toEqual([
      { from: [{ podSelector: {} }], ports: [{ port: 'http', protocol: 'TCP' }] },
    ]);
  });

  test('a pod reaches DNS, and nothing else', async () => {
    expect((await policy()).egress).toEqual([TO_DNS]);
  });

  test('the pod of helm test reaches DNS and the server, and nobody reaches it', async () => {
    const { ingress, egress } = await policy({}, `${NAME}-test`);
    expect(ingress).toEqual([]);
    expect(egress).toEqual([
      TO_DNS,
      {
        to: [{ podSelector: (await policy()).podSelector }],
        ports: [{ port: 'http', protocol: 'TCP' }],
      },
    ]);
  });

  test('it is there, and can be left out', async () => {
    const kinds = (await render({ networkPolicy: { enabled: false } })).map(({ kind }) => kind);
    expect(kinds).not.toContain('NetworkPolicy');
  });
});

describe.skipIf(!haveHelm)('a store', () => {
  const S3 = 's3://models/production';
  test.each<[string, Values, number]>([
    ['a web server', { store: 'https://models.example/production' }, 443],
    ['a web server without TLS', { store: 'http://models.example/production' }, 80],
    ['a web server with a port', { store: 'http://models.example:8000/production' }, 8000],
    ['S3', { store: S3 }, 443],
    ['S3 at an address', { store: S3, env: { AWS_ENDPOINT_URL_S3: 'https://s3:9000' } }, 9000],
    ['S3 at one for all of AWS', { store: S3, env: { AWS_ENDPOINT_URL: 'http://s3:9000/' } }, 9000],
  ])('that is %s can be reached', async (_, model, port) => {
    expect((await policy({ model })).egress).toEqual([
      TO_DNS,
      { to: ANYWHERE, ports: [{ port, protocol: 'TCP' }] },
    ]);
  });

  test('can be limited to its addresses and another port', async () => {
    const networkPolicy = { storeCidrs: ['10.1.0.0/16', 'fd01::/64'], storePort: 8443 };
    expect((await policy({ model: { store: S3 }, networkPolicy })).egress[1]).toEqual({
      to: [{ ipBlock: { cidr: '10.1.0.0/16' } }, { ipBlock: { cidr: 'fd01::/64' } }],
      ports: [{ port: 8443, protocol: 'TCP' }],
    });
  });
});

describe.skipIf(!haveHelm)('what is allowed further:', () => {
  test('namespaces, for requests only', async () => {
    const { ingress } = await policy({
      networkPolicy: { fromNamespaces: ['ingress-nginx', 'shop'] },
    });
    expect(ingress).toHaveLength(1);
    expect(ingress[0].from[1]).toEqual({
      namespaceSelector: {
        matchExpressions: [
          { key: 'kubernetes.io/metadata.name', operator: 'In', values: ['ingress-nginx', 'shop'] },
        ],
      },
    });
  });

  test.each<[Values, string]>([
    [{}, 'http'],
    [{ service: { separateAdminPort: true } }, 'admin'],
  ])('with %j, Prometheus reaches the port %s', async (values, port) => {
    const networkPolicy = { monitoringNamespace: 'monitoring' };
    const { ingress } = await policy({ ...values, networkPolicy });
    expect(ingress[1]).toEqual({
      from: [
        { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } },
      ],
      ports: [{ port, protocol: 'TCP' }],
    });
    // The port of /admin is for nobody else.
    expect(JSON.stringify(ingress[0])).not.toContain('admin');
  });

  test('gRPC, where it has a port', async () => {
    const { ingress } = await policy({ service: { grpcPort: 9000 } });
    expect(ingress[0].ports).toContainEqual({ port: 'grpc', protocol: 'TCP' });
  });

  test('rules of your own', async () => {
    const rule = { to: [{ ipBlock: { cidr: '10.2.0.1/32' } }], ports: [{ port: 4318 }] };
    const { egress } = await policy({ networkPolicy: { extraEgress: [rule] } });
    expect(egress).toEqual([TO_DNS, rule]);
  });

  test('nobody reaches a pod of the batch Job', async () => {
    const { ingress, egress } = await policy(MATRIX.batch, `${NAME}-batch`);
    expect(ingress).toEqual([]);
    expect(egress).toEqual([TO_DNS]);
  });
});
