import { createHash } from 'node:crypto';
import type { StatusSnapshot } from '../../model/status.ts';
import type { HistoryLine } from '../history.ts';
import { statusJson } from '../status-json.ts';
import { pageAsset, type Asset } from './assets.ts';
import { contentMarkup, documentMarkup, type Links } from './document.ts';
import { compactHtml } from './html.ts';
import type { PageInput } from './page-input.ts';

/** Where the page gets what it shows. Nothing is asked for before somebody looks. */
export interface PageSource {
  /** The same object as long as nothing happened. */
  snapshot(): StatusSnapshot;
  /** The last steps that ran, oldest first; throws when they cannot be read. */
  history(limit: number): readonly HistoryLine[];
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface PageAnswer {
  readonly code: 200 | 304;
  readonly type: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

type Seen = Pick<PageInput, 'status' | 'history' | 'historyProblem'> & { readonly etag: string };

const HTML = 'text/html; charset=utf-8';
const STEPS_SHOWN = 25;
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/**
 * The status page: the document, its content alone (which the page's script asks for again and again), and its two assets.
 * Rendered when asked for; whoever has the content of the present snapshot already is told so without any rendering.
 */
export class StatusPage {
  readonly #source: PageSource;
  readonly #style: Asset;
  readonly #script: Asset;
  /** Forgotten with the snapshot. */
  readonly #seen = new WeakMap<StatusSnapshot, Seen>();

  constructor(source: PageSource) {
    this.#source = source;
    this.#style = pageAsset('page.css');
    this.#script = pageAsset('page.js');
  }

  /** To the path of a GET; `ifNoneMatch`: the request's header. Undefined: nothing of the page's. */
  answer(path: string, ifNoneMatch: string | undefined): PageAnswer | undefined {
    if (path === '/') return this.#document();
    if (path === '/page/content') return this.#content(ifNoneMatch);
    const asset = [this.#style, this.#script].find((each) => each.path === path);
    if (asset === undefined) return undefined;
    const headers = { 'Cache-Control': 'public, max-age=31536000, immutable' };
    return { code: 200, type: asset.type, body: asset.body, headers };
  }

  #document(): PageAnswer {
    const { input, links } = this.#look();
    const headers = { 'Content-Security-Policy': POLICY, Vary: 'Accept' };
    return { code: 200, type: HTML, body: compactHtml(documentMarkup(input, links)), headers };
  }

  #content(ifNoneMatch: string | undefined): PageAnswer {
    const { input, links } = this.#look();
    const headers = { ETag: links.etag, 'Cache-Control': 'no-cache' };
    if (ifNoneMatch === links.etag) return { code: 304, type: HTML, body: '', headers };
    return { code: 200, type: HTML, body: compactHtml(contentMarkup(input, links)), headers };
  }

  #look(): { input: PageInput; links: Links } {
    const snapshot = this.#source.snapshot();
    let seen = this.#seen.get(snapshot);
    if (seen === undefined) {
      seen = this.#read(snapshot);
      this.#seen.set(snapshot, seen);
    }
    const links = { style: this.#style.path, script: this.#script.path, etag: seen.etag };
    return { input: { ...seen, now: this.#source.now() }, links };
  }

  #read(snapshot: StatusSnapshot): Seen {
    const status = statusJson(snapshot, true);
    const past = this.#history();
    // Of what is shown, without how long ago it was: that the browser counts by itself.
    const digest = createHash('sha256')
      .update(JSON.stringify([this.#script.path, status, past]))
      .digest('hex');
    return { status, ...past, etag: `"${digest.slice(0, 32)}"` };
  }

  #history(): Pick<PageInput, 'history' | 'historyProblem'> {
    try {
      return { history: this.#source.history(STEPS_SHOWN) };
    } catch (error) {
      return { history: [], historyProblem: error instanceof Error ? error.message : String(error) };
    }
  }
}
