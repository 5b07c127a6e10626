import { expect } from 'chai';
import type { CertificateStatus } from '../../../../src/model/certificate-status.ts';
import type { ConditionType } from '../../../../src/model/condition.ts';
import type { StatusSnapshot } from '../../../../src/model/status.ts';
import { documentMarkup } from '../../../../src/status/page/document.ts';
import { compactHtml } from '../../../../src/status/page/html.ts';
import type { PageInput } from '../../../../src/status/page/page-input.ts';
import { certificateStatus, served } from '../../../support/certificate-statuses.ts';
import { gateStatus, manyResources, pageInput, resourceStatus } from '../../../support/page-snapshots.ts';
import { NOW, updateStep } from '../../../support/trace-events.ts';

const LINKS = { style: '/page/s.css', script: '/page/s.js', etag: '"e"' };

function page(more: Partial<StatusSnapshot> = {}, rest: Partial<PageInput> = {}): string {
  return compactHtml(documentMarkup(pageInput(more, rest), LINKS));
}

/** Its words, as somebody reads them. */
function words(more: Partial<StatusSnapshot> = {}, rest: Partial<PageInput> = {}): string {
  return page(more, rest)
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/\s+/g, ' ');
}

/** Every start tag has its end, in order; elements without content end in `/>`. */
function expectBalanced(text: string): void {
  const open: string[] = [];
  for (const [, end, name = '', self] of text.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (end === '/') expect(open.pop(), text.slice(0, 200)).to.equal(name);
    else if (self !== '/') open.push(name);
  }
  expect(open).to.deep.equal([]);
}

describe('the status page', () => {
  it('leads with how it stands, in one word and in the sentence of the terminal, and counts', () => {
    const shown = words({ resources: [resourceStatus('Container/a'), resourceStatus('Container/b', 'Degraded')] });
    expect(shown).to.contain('✓ Converged').and.to.contain('converged: 1 resource');
    expect(shown).to.contain('1 ✓ Ready').and.to.contain('1 ✕ Degraded');
    expect(shown).to.contain('operator 1.2.3, started just now').and.to.contain('engine 20.10.24');
  });

  it('is whole before anything is known', () => {
    const clocks = { desiredRead: 0, fullDiff: 0, converged: 0, lastPass: 0 };
    const engine = { reachable: false, version: '', message: 'not asked yet' };
    const empty = { instance: '', resources: [], result: 'stopped', headline: 'stopped: not started yet' } as const;
    const shown = words({ ...empty, clocks, engine });
    expect(shown).to.contain('… Starting').and.to.contain('The first comparison is not done yet');
    expect(shown).to.contain('not converged yet').and.to.contain('not compared yet').and.not.to.contain('never');
    expect(shown).to.contain('No resource is known').and.to.contain('Not known: there is no plan');
    expect(shown).not.to.contain('nothing drifts');
    expectBalanced(page({ ...empty, clocks, engine }));
  });

  it('shows a gate whose turn it is: checklist, command, who, since when, what waits, and hints marked as hints', () => {
    const resources = [
      resourceStatus('Container/early', 'Degraded', { message: 'it restarts' }),
      resourceStatus('Container/late', 'Blocked'),
      resourceStatus('Gate/look', 'Blocked', { dependsOn: ['Container/early'] }),
    ];
    const gates = [gateStatus('look', { checklist: ['is it up?'], behind: ['Container/late'] })];
    const step = updateStep('Container/late', [{ path: 'mem_limit', want: 67108864, got: 33554432 }], {
      blockedBy: [{ type: 'gate', name: 'Gate/look' }],
    });
    const shown = words({ resources, gates, result: 'waiting', plan: { digest: 'd', steps: [step], faults: [] } });
    expect(shown).to.contain('‖ Halted').and.to.contain('closed, waiting for you, since');
    expect(shown).to.contain('3 min ago').and.to.contain('is it up?');
    expect(shown).to.contain('touch /etc/bastion/gates/look.ok');
    expect(shown).to.contain(
      'a person with a shell on this machine. Neither the operator nor this page can open a gate',
    );
    expect(shown).to.match(
      /Hint: what the operator sees of what comes before .*Degraded Container\/early : it restarts/,
    );
    expect(shown).to.contain('Holds back 1 resource').and.to.contain('1 step would follow');
    expect(shown).to.match(/mem_limit : want 64m , got 32m Gate\/look/);
  });

  it('gives no command for a gate whose turn it is not, and says why a file does not count', () => {
    const gates = [gateStatus('look', { awaitingHuman: false, refused: 'it is a symlink' })];
    const shown = words({ gates });
    expect(shown).not.to.contain('touch ');
    expect(shown).to.contain('closed, not your turn yet').and.to.contain('does not count: it is a symlink');
  });

  it('has nothing that could change anything: no form, and buttons of which none submits', () => {
    const shown = page({ gates: [gateStatus('look')], consents: [{ touch: 'touch /g/p.ok', removes: ['Volume/v'] }] });
    expect(shown).not.to.match(/<form|method=|onclick|<iframe|javascript:/i);
    for (const [button] of shown.matchAll(/<button[^>]*>/g)) expect(button).to.contain('type="button"');
  });

  it('shows consents, holds, failures, levels, findings and what is without effect', () => {
    const message = 'left alone because a human put it on hold; go on with: rm /g/hold/Container.held';
    const shown = words({
      resources: [
        resourceStatus('Container/held', 'Blocked', { reason: 'Held', message }),
        resourceStatus('Container/loop', 'Stalled', { reason: 'ReplaceLoop', message: 'replaced 4 times' }),
      ],
      consents: [{ touch: 'touch /g/prune-1.ok', removes: ['Volume/old'] }],
      levels: [{ key: 'Prometheus/p', loop: 'memory', level: 1, since: NOW - 300_000, cause: 'memory at 91 %' }],
      findings: [
        { severity: 'error', rule: 'schema', source: { file: 'a.yaml', line: 3, column: 1 }, message: 'is no field' },
      ],
      warnings: ['hold/Container.wbe holds nothing'],
    });
    expect(shown).to.contain('To be removed once you consent Volume/old touch /g/prune-1.ok');
    expect(shown).to.contain('On hold Container/held left alone').and.to.contain('rm /g/hold/Container.held');
    expect(shown).to.contain('Stalled Container/loop ReplaceLoop replaced 4 times');
    expect(shown).to.contain('memory level 1 for 5 min: memory at 91 %');
    expect(shown).to.contain('a.yaml:3:1').and.to.contain('holds nothing');
  });

  it('shows certificates of the file and as served', () => {
    const consumers = [
      { name: 'traefik', served: served(), isCurrent: true },
      { name: 'prometheus', served: served({ serial: 'ffeeddccbbaa' }), isCurrent: false },
    ];
    const shown = words({ certificates: [certificateStatus({ consumers, problems: ['it serves another'] })] });
    expect(shown).to.match(/✕ trouble \S+, in 59 d \S+, in 29 d/);
    expect(shown).to.contain('traefik: same , until').and.to.contain('prometheus: other: serial ffeeddcc…');
    expect(shown).to.contain('it serves another');
  });

  it('shows a certificate that only waits as no bad news, and no name of a column before nothing', () => {
    const problems = ['BehindGate: waits behind Gate/go'];
    const there = certificateStatus({ consumers: [], problems });
    const { key, names, issuer, consumers } = there;
    const waits = { key, names, issuer, consumers, problems };
    const shown = (type: ConditionType, certificate: CertificateStatus = waits): string => {
      const all = page({ certificates: [certificate], resources: [resourceStatus(key, type)] });
      return /<section[^>]*id="certificates".*?<\/section>/s.exec(all)?.[0] ?? '';
    };
    expect(shown('Blocked')).to.contain('<p class="unknown-text">BehindGate').and.not.contain('bad-text');
    expect(shown('Degraded')).to.contain('<p class="bad-text">BehindGate');
    expect(shown('Blocked', there), 'it is used, and wants what it waits for').to.contain('<p class="bad-text">');
    expect(shown('Blocked')).to.contain('<td data-column="Renewal due"></td>');
  });

  it('shows the last steps with cause, fields and result, newest first, and why there are none', () => {
    const line = { target: 'Container/web', op: 'UpdateContainer', cause: 'drift', milliseconds: 40 } as const;
    const history = [
      {
        ...line,
        time: '2026-01-01T00:00:00Z',
        fields: [{ path: 'restart', want: 'no', got: 'always' }],
        result: 'done',
      },
      { ...line, time: '2026-01-01T00:01:00Z', fields: [], result: 'retry', error: 'ENGINE_BUSY: later' },
    ] as const;
    const shown = words({}, { history });
    expect(shown).to.match(/retry : ENGINE_BUSY: later .*restart : want no , got always .*done in 40 ms/);
    expect(words({}, { historyProblem: 'EACCES' })).to.contain('Not known: EACCES');
  });

  it('says of each cell of a table which column it is in: on a narrow screen there are no heads above it', () => {
    const step = updateStep('Container/web', [{ path: 'restart', want: 'no', got: 'always' }]);
    const line = { target: 'Container/web', op: 'UpdateContainer', cause: 'drift', milliseconds: 40 } as const;
    const shown = page(
      { certificates: [certificateStatus()], plan: { digest: 'd', steps: [step], faults: [] } },
      { history: [{ ...line, time: '2026-01-01T00:00:00Z', fields: [], result: 'done' }] },
    );
    const tables = [...shown.matchAll(/<table class="([^"]*)">(.*?)<\/table>/g)];
    expect(tables.map(([, name]) => name)).to.deep.equal(['to-do', 'certificates', 'history', 'resources']);
    for (const [, name = '', text = ''] of tables) {
      const heads = [...text.matchAll(/<th scope="col">([^<]*)</g)].map(([, head = '']) => head);
      const [row = ''] = /<tbody>.*?<\/tr>/.exec(text) ?? [];
      const cells = [...row.matchAll(/<(?:th scope="row"|td(?: data-column="([^"]*)")?)/g)].map(([cell, column]) =>
        cell.startsWith('<th') ? 'itself' : column,
      );
      const first = name === 'history' ? 1 : 0;
      expect(cells, name).to.deep.equal(heads.map((head, index) => (index === first ? 'itself' : head)));
    }
  });

  it('leads from the graph and from every mention to the row of a resource', () => {
    const resources = [
      resourceStatus('Container/web', 'Ready', { dependsOn: ['Gate/g'] }),
      resourceStatus('Gate/g', 'Degraded'),
    ];
    const shown = page({ resources });
    const targets = new Set([...shown.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id));
    const links = [...shown.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id);
    expect(links).to.include('resource-Container__web');
    for (const link of links) expect(targets).to.include(link);
    expect(targets.size, 'ids are unique').to.equal([...shown.matchAll(/ id="/g)].length);
    expect(words({ resources })).to.contain('Container/web : Ready; needs Gate/g');
    const long = page({ resources: [resourceStatus('Container/a-name-that-is-long-and-ends-in-web')] });
    expect(long)
      .to.match(/>a-name[^<]*…[^<]*in-web</)
      .and.to.contain('<title>Container/a-name-that-is-long-and-ends-in-web:');
  });

  it('lets no name, message or value become markup, wherever it stands', () => {
    const evil = `x"'><img src=x onerror=alert(1)>&\u202e`;
    const key = `Container/${evil}` as const;
    const more: Partial<StatusSnapshot> = {
      instance: evil,
      version: evil,
      headline: evil,
      revision: evil,
      engine: { reachable: false, version: evil, message: evil },
      resources: [
        resourceStatus(key, 'Blocked', { reason: evil, message: evil, source: { file: evil, line: 1, column: 1 } }),
        resourceStatus('Gate/g', 'Stalled', { dependsOn: [key], reason: evil, message: evil }),
      ],
      gates: [
        gateStatus('g', { checklist: [evil], touch: `touch ${evil}`, behind: [key], refused: evil }),
        { ...gateStatus('h', { open: true, checklist: [evil] }), key: `Gate/${evil}` },
      ],
      certificates: [certificateStatus({ key: `Certificate/${evil}`, names: [evil], problems: [evil] })],
      consents: [{ touch: evil, removes: [evil] }],
      levels: [{ key, loop: 'memory', level: 1, since: 1, cause: evil, address: evil }],
      findings: [
        { severity: 'error', rule: evil, source: { file: evil, line: 1, column: 1 }, field: evil, message: evil },
      ],
      warnings: [evil],
      plan: {
        digest: evil,
        steps: [
          updateStep(key, [{ path: evil, want: evil, got: evil }], {
            cause: evil,
            blockedBy: [{ type: 'gate', name: 'Gate/g' }],
          }),
        ],
        faults: [{ key, path: evil }],
      },
    };
    const line = { time: evil, target: key, op: 'StopContainer', cause: evil, fields: [], milliseconds: 1 } as const;
    const shown = page(more, { history: [{ ...line, time: '2026-01-01T00:00:00Z', result: 'retry', error: evil }] });
    expect(shown).not.to.contain('<img').and.not.to.contain('\u202e');
    expect(shown).to.contain('&lt;img src=x onerror=alert(1)&gt;&amp;\ufffd');
    for (const [tag] of shown.matchAll(/<[^>]*>/g))
      expect(tag.replace(/"[^"]*"/g, '""')).not.to.match(/\sonerror=|\ssrc=x/);
    expectBalanced(shown);
  });

  it('shows no secret of a step', () => {
    const steps = [updateStep('Container/web', [{ path: 'environment.TOKEN', want: 'hunter2', got: 'old-one' }])];
    const shown = page({ plan: { digest: 'd', steps, faults: [] } });
    expect(shown).to.contain('(secret)').and.not.to.contain('hunter2').and.not.to.contain('old-one');
  });

  it('has no script, style or address of its own in the text: the policy forbids them', () => {
    const shown = page({ gates: [gateStatus('look')], resources: manyResources(70) });
    expect(shown).not.to.match(/<style|\sstyle=|\son[a-z]+=|<script>|http-equiv/i);
    const addresses = [...shown.matchAll(/(?:src|href)="([^"#][^"]*)"/g)].map(([, address = '']) => address);
    expect(addresses.filter((address) => !/^(\/|data:image\/svg)/.test(address))).to.deep.equal([]);
  });

  it('shows a thousand resources, each with a row, and of the graph what is worth it', function () {
    this.timeout(20_000);
    const resources = manyResources(1000);
    const shown = page({ resources });
    expect([...shown.matchAll(/<tr id="resource-/g)]).to.have.length(1000);
    expect(shown).to.contain('<svg');
    expectBalanced(shown);
    const alone = Array.from({ length: 500 }, (_, index) => resourceStatus(`Container/c${index}`));
    expect(words({ resources: alone })).to.contain('500 boxes are too many for a picture');
    expect(page({ resources: alone })).not.to.contain('<svg');
  });
});
