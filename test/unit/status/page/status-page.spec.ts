import { expect } from 'chai';
import type { StatusSnapshot } from '../../../../src/model/status.ts';
import type { HistoryLine } from '../../../../src/status/history.ts';
import { StatusPage, type PageAnswer } from '../../../../src/status/page/status-page.ts';
import { NOW, snapshot } from '../../../support/trace-events.ts';

describe('what the status page answers', () => {
  let current: StatusSnapshot;
  let now: number;
  let reads: number;
  let history: () => readonly HistoryLine[];
  let page: StatusPage;

  beforeEach(() => {
    current = snapshot();
    now = NOW;
    reads = 0;
    history = () => [];
    page = new StatusPage({
      snapshot: () => current,
      history: () => {
        reads += 1;
        return history();
      },
      now: () => now,
    });
  });

  const content = (etag?: string): PageAnswer => page.answer('/page/content', etag) as PageAnswer;
  const etagOf = (answer: PageAnswer): string => answer.headers['ETag'] ?? '';

  it('to who has the present content: that nothing changed, however much later, without reading anything again', () => {
    const first = content();
    expect(first.code).to.equal(200);
    now += 60_000;
    expect(content(etagOf(first))).to.include({ code: 304, body: '' });
    expect(reads).to.equal(1);
  });

  it('the same for another snapshot that says the same', () => {
    const first = content();
    current = snapshot();
    expect(content(etagOf(first)).code).to.equal(304);
  });

  it('the new content when the status or the last steps are others', () => {
    const first = content();
    current = snapshot({ headline: 'halted at gate look' });
    const second = content(etagOf(first));
    expect(second).to.include({ code: 200 });
    expect(second.body).to.contain('halted at gate look');
    history = () => [
      {
        time: '2026-01-01T00:00:00Z',
        target: 'Container/web',
        op: 'StartContainer',
        cause: 'stopped',
        fields: [],
        result: 'done',
        milliseconds: 1,
      },
    ];
    current = snapshot({ headline: 'halted at gate look' });
    expect(content(etagOf(second)).body).to.contain('StartContainer');
  });

  it('the page with a policy that lets nothing in from outside, and the content that it already has in it', () => {
    const document = page.answer('/', undefined);
    expect(document?.headers['Content-Security-Policy']).to.equal(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
    expect(document?.body).to.contain(`data-etag="${etagOf(content()).replaceAll('"', '&quot;')}"`);
  });

  it('script and style under paths that change with them, for good', () => {
    const paths = [...(page.answer('/', undefined)?.body ?? '').matchAll(/"(\/page\/page-[0-9a-f]{16}\.(?:js|css))"/g)];
    const found = [...new Set(paths.map(([, path = '']) => path))];
    expect(found).to.have.length(2);
    for (const path of found) {
      const asset = page.answer(path, undefined);
      expect(asset?.headers['Cache-Control']).to.equal('public, max-age=31536000, immutable');
      expect(asset?.type).to.match(path.endsWith('.js') ? /^text\/javascript/ : /^text\/css/);
    }
    expect(page.answer('/page/page-0000000000000000.js', undefined)).to.equal(undefined);
  });

  it('all the rest when the history cannot be read', () => {
    history = () => {
      throw new Error('EACCES: permission denied');
    };
    expect(content().body).to.contain('EACCES: permission denied').and.to.contain('Container/web');
  });
});
