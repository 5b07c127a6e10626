import { expect } from 'chai';
import { formatChange } from '../../../src/model/format-change.ts';
import { redactChange, redactText } from '../../../src/model/redact.ts';
import { isSecretName, mayBeSecretName } from '../../../src/model/secret-names.ts';

describe('redaction', () => {
  for (const name of [
    'DB_PASSWORD',
    'MYSQL_ROOT_PASSWD',
    'API_KEY',
    'apikey',
    'GITHUB_TOKEN',
    'CLIENT_SECRET',
    'JWT',
    'PRIVATE_KEY',
    'GF_SECURITY_ADMIN_PASSWORD',
    'splunk-token',
    'BASIC_AUTH',
    'SENTRY_DSN',
  ])
    it(`takes ${name} for a secret`, () => expect(mayBeSecretName(name)).to.equal(true));

  for (const name of ['TZ', 'PATH', 'AUTHOR', 'KEYBOARD', 'DB_PASSWORD_FILE', 'MONKEY', 'PORT', 'LOG_LEVEL'])
    it(`does not take ${name} for a secret`, () => expect(mayBeSecretName(name)).to.equal(false));

  for (const name of ['AUTH_BEARER', 'DB_PASS', 'pwd', 'api-key', 'Credentials', 'HTPASSWD', 'X_ENCRYPTION_KEY'])
    it(`hides ${name}, for which a manifest is refused`, () =>
      expect([isSecretName(name), mayBeSecretName(name)]).to.deep.equal([true, true]));

  it('reads a megabyte of anything at once: bodies and outputs of others go through it', () => {
    for (const unit of ['a', 'a://b:c', ':', 'password', 'token=x,', '://u:'])
      expect(redactText(unit.repeat(1_000_000 / unit.length)).length, unit).to.be.greaterThan(0);
  });

  it('hides both sides of an environment value, and that one is absent stays visible', () => {
    const change = redactChange({ path: 'environment.DB_PASSWORD', want: 'hunter2', got: undefined });
    expect(change).to.deep.equal({ path: 'environment.DB_PASSWORD', want: '(secret)', got: undefined });
  });

  it('hides values inside a whole environment map', () => {
    const change = redactChange({ path: 'environment', want: { TZ: 'UTC', TOKEN: 'abc' }, got: undefined });
    expect(change.want).to.deep.equal({ TZ: 'UTC', TOKEN: '(secret)' });
  });

  it('hides secrets in arguments, in both spellings', () => {
    const want = ['run', '--password=hunter2', '--api-key', 'abc', '--name', 'web', 'token=xyz'];
    expect(redactChange({ path: 'command', want, got: undefined }).want).to.deep.equal([
      'run',
      '--password=(secret)',
      '--api-key',
      '(secret)',
      '--name',
      'web',
      'token=(secret)',
    ]);
  });

  it('hides passwords in URLs and mount options', () => {
    expect(redactText('postgres://bob:hunter2@db/x')).to.equal('postgres://bob:(secret)@db/x');
    expect(redactText('addr=nas,username=bob,password=hunter2,vers=3')).to.equal(
      'addr=nas,username=bob,password=(secret),vers=3',
    );
  });

  it('leaves everything else as it is', () => {
    const change = { path: 'mem_limit', want: 64, got: null };
    expect(redactChange(change)).to.deep.equal(change);
    expect(redactText('http://web:8080/x@y')).to.equal('http://web:8080/x@y');
  });
});

describe('a change as text', () => {
  it('shows sizes, durations and modes as people write them', () => {
    expect(formatChange({ path: 'mem_limit', want: 67108864, got: 33554432 })).to.equal('mem_limit: want 64m, got 32m');
    expect(formatChange({ path: 'healthcheck.interval', want: 5e9, got: undefined })).to.equal(
      'healthcheck.interval: want 5s, got unset',
    );
    expect(formatChange({ path: 'mode', want: 0o644, got: 0o600 })).to.equal('mode: want 0644, got 0600');
  });

  it('never shows a secret', () => {
    expect(formatChange({ path: 'environment.TOKEN', want: 'abc', got: 'xyz' })).to.equal(
      'environment.TOKEN: want (secret), got (secret)',
    );
  });

  it('cuts long values', () => {
    expect(formatChange({ path: 'command', want: 'x'.repeat(500), got: undefined }).length).to.be.below(150);
  });

  it('shows of long values what differs, be it after much that is the same', () => {
    const command = (retention: string): string[] => [
      '--config.file=/etc/prometheus/prometheus.yml',
      '--web.config.file=/etc/prometheus/web.yml',
      `--storage.tsdb.retention.time=${retention}`,
      '--web.enable-lifecycle',
    ];
    expect(formatChange({ path: 'command', want: command('2d'), got: command('1d') })).to.equal(
      'command: want …--storage.tsdb.retention.time=2d, --web.enable-lifecycle], ' +
        'got …--storage.tsdb.retention.time=1d, --web.enable-lifecycle]',
    );
    const long = 'x'.repeat(200);
    expect(formatChange({ path: 'hostname', want: `${long}a`, got: `${long}b` })).to.equal(
      `hostname: want …${'x'.repeat(25)}a, got …${'x'.repeat(25)}b`,
    );
    expect(formatChange({ path: 'hostname', want: `${long}${long}`, got: long })).to.have.length.below(200);
  });
});
