import { expect } from 'chai';
import fc from 'fast-check';
import { anchorOf } from '../../../../src/status/page/anchor.ts';
import { compactHtml, escapeHtml, html } from '../../../../src/status/page/html.ts';

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#10': '\n' };

/** What a browser reads out of escaped text. */
function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39|#10);/g, (_, name: string) => ENTITIES[name] ?? '');
}

describe('html templates', () => {
  it('escape every value, in text and in attributes', () => {
    const name = `"><script>alert('1')</script>&amp;`;
    expect(html`<a title="${name}">${name}</a>`.toString()).to.equal(
      '<a title="&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;">' +
        '&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;</a>',
    );
  });

  it('leave nothing that could begin a tag or end an attribute, and lose nothing, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        const escaped = escapeHtml(text);
        expect(escaped).not.to.match(/[<>"'\n]|&(?!(amp|lt|gt|quot|#39|#10);)/);
        const shown = text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (each) =>
          /[\t\n]/.test(each) ? each : '\ufffd',
        );
        expect(unescaped(escaped)).to.equal(shown);
      }),
    );
  });

  it('show what would turn the reading direction as what it is: not to be shown', () => {
    expect(escapeHtml('abc\u202edcba\u0000')).to.equal('abc\ufffddcba\ufffd');
  });

  it('nest, join lists, and leave out what is not there', () => {
    const item = (text: string) => html`<li>${text}</li>`;
    expect(html`<b>${['a', '<'].map(item)}${undefined}${false}${3}</b>`.toString()).to.equal(
      '<b><li>a</li><li>&lt;</li>3</b>',
    );
  });

  it('lose their indentation, but no line break of a value', () => {
    const text = 'a\n   b';
    const indented = html`<div title="${text}">
      <p>x</p>
    </div>`;
    expect(compactHtml(indented)).to.equal('<div title="a&#10;   b"> <p>x</p> </div>');
  });
});

describe('the id of a row', () => {
  it('needs no quoting and is another one for each key', () => {
    expect(anchorOf('Image/registry.lab/app:1')).to.equal('resource-Image__registry.lab__app_3a_1');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        expect(anchorOf(a)).to.match(/^resource-[\w.-]*$/);
        expect(anchorOf(a) === anchorOf(b)).to.equal(a === b);
      }),
    );
    expect(anchorOf('a/5f/')).not.to.equal(anchorOf('a_'));
  });
});
