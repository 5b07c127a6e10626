import { Ajv } from 'ajv';
import { expect } from 'chai';
import { formatProblems, parseConfig } from '../../../src/exporter/config/parse-config.ts';
import { CONFIG_SCHEMA } from '../../../src/exporter/config/schema.ts';

const LEAST = {
  listen: { tls: { certificate: '/pki/tls.crt', key: '/pki/tls.key', clientAuthority: '/pki/ca.crt' } },
  zones: [{ name: 'lan', subnets: ['192.168.1.0/24'] }],
};
const ADGUARD = { url: 'https://dns-api.lab', username: 'exporter', passwordFile: '/run/secrets/adguard' };

function problemsOf(document: unknown): string[] {
  const parsed = parseConfig(typeof document === 'string' ? document : JSON.stringify(document));
  return 'problems' in parsed ? formatProblems('c.json', parsed.problems).split('\n') : [];
}

describe('configuration of the exporter', () => {
  it('fills in defaults, also those of parts that are given', () => {
    const parsed = parseConfig(JSON.stringify({ ...LEAST, adguard: ADGUARD, accessLog: { path: '/log/access.log' } }));
    if (!('config' in parsed)) throw new Error(formatProblems('', parsed.problems));
    const { config } = parsed;
    expect(config.listen).to.include({ host: '0.0.0.0', port: 9617 });
    expect(config.adguard).to.include({ queryLog: 'api', pageSize: 200, pollSeconds: 10 });
    expect(config.accessLog).to.deep.equal({ path: '/log/access.log', pollMilliseconds: 2000, trustedProxies: [] });
    expect(config).to.include({ clientDomains: false, maxSeries: 4000 });
  });

  it('says the line and column of what is no JSON', () => {
    expect(problemsOf(`{\n  "zones" 1,\n}`)[0]).to.match(/^c\.json: line 2, column 11 is no JSON from here on$/);
    expect(problemsOf('')[0]).to.match(/^c\.json: \(document\) is no JSON: /);
  });

  for (const [what, change, problem] of [
    ['an unknown key', { zonen: [] }, /c\.json: zonen is not known; there is listen, adguard/],
    ['a missing part', { listen: {} }, /listen\.tls is missing/],
    ['a wrong type', { zones: {} }, /zones must be a list, is an object/],
    ['a zone without a name', { zones: [{ subnets: [] }] }, /zones\[0\]\.name is missing/],
    [
      'what is no subnet',
      { zones: [{ name: 'a', subnets: ['10.0.0.0/40'] }] },
      /zones\[0\]\.subnets\[0\] must be a subnet .*10\.0\.0\.0\/40/,
    ],
    [
      'a subnet twice',
      {
        zones: [
          { name: 'a', subnets: ['10.0.0.0/8'] },
          { name: 'b', subnets: ['10.1.0.0/8'] },
        ],
      },
      /zones\[1\]\.subnets\[0\] 10\.1\.0\.0\/8 belongs to zones\[0\]\.subnets\[0\] already/,
    ],
    [
      'a zone twice',
      {
        zones: [
          { name: 'a', subnets: [] },
          { name: 'a', subnets: [] },
        ],
      },
      /zones\[1\]\.name is the name of an earlier zone/,
    ],
    ['a reserved name', { zones: [{ name: 'unknown', subnets: [] }] }, /zones\[0\]\.name may not be unknown/],
    ['a number out of range', { maxSeries: 1 }, /maxSeries must be a whole number from 500 to 20000, is 1/],
    ['a relative path', { stateFile: 'state' }, /stateFile must match \^\/\., is "state"/],
    [
      'a username without a password',
      { adguard: { url: 'https://a', username: 'a' } },
      /adguard\.passwordFile is missing: username needs it/,
    ],
    ['a password over http', { adguard: { ...ADGUARD, url: 'http://adguard' } }, /adguard\.url must be https/],
    ['a URL with a password', { adguard: { ...ADGUARD, url: 'https://a:b@adguard' } }, /adguard\.url must match/],
    ['file mode without a file', { adguard: { ...ADGUARD, queryLog: 'file' } }, /adguard\.queryLogFile is missing/],
    [
      'a proxy that is no subnet',
      { accessLog: { path: '/l', trustedProxies: ['x'] } },
      /accessLog\.trustedProxies\[0\] must be a subnet, is x/,
    ],
    ['a gateway that is no address', { gateways: ['10.0.0.0/8'] }, /gateways\[0\] must be an address/],
  ] as const)
    it(`refuses ${what} and says where`, () => {
      const problems = problemsOf({ ...LEAST, ...change });
      expect(problems, problems.join('\n')).to.have.length(1);
      expect(problems[0]).to.match(problem);
    });

  it('tells all problems at once', () => {
    expect(problemsOf({ listen: 1, zones: [{ name: 'A B', subnets: [3] }], x: 1 })).to.have.length(4);
    expect(problemsOf(null)).to.deep.equal(['c.json: (document) must be an object, is null']);
  });

  it('lets a password go over http to this host only', () => {
    for (const url of ['http://localhost:3000', 'http://127.0.0.1', 'http://[::1]:80/'])
      expect(problemsOf({ ...LEAST, adguard: { ...ADGUARD, url } })).to.deep.equal([]);
    expect(problemsOf({ ...LEAST, adguard: { ...ADGUARD, url: 'http://127.0.0.1.evil.example' } })).to.have.length(1);
  });

  it('has a schema that a JSON Schema validator reads the same way', () => {
    const closed = JSON.parse(JSON.stringify(CONFIG_SCHEMA), (_key, value: unknown) =>
      typeof value === 'object' && value !== null && 'properties' in value && 'type' in value
        ? { ...value, additionalProperties: false }
        : value,
    ) as object;
    const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(closed);
    for (const document of [
      LEAST,
      { ...LEAST, adguard: ADGUARD },
      { ...LEAST, x: 1 },
      { ...LEAST, zones: [{ name: '' }] },
      {},
      3,
    ])
      expect(validate(document), JSON.stringify(document)).to.equal(problemsOf(document).length === 0);
  });
});
