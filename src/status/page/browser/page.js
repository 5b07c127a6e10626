/**
 * Keeps the status page current: asks for its content every two seconds while somebody looks, and changes only what
 * differs, so that focus, scroll position and opened details stay. Checked by tsconfig.json beside it;
 * asset-text.ts makes one script of it and what it imports.
 */
import { ago } from './age.js';
import { morph } from './morph.js';
import { OpenDetails } from './open-details.js';

const EVERY_MILLISECONDS = 2000;
const DEADLINE_MILLISECONDS = 8000;
/** One answer may get lost; two in a row do not. */
const FAILURES_UNTIL_LOST = 2;
const AGES_EVERY_MILLISECONDS = 5000;

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
function element(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no ${id}`);
  return found;
}

/** Says something to who does not see it. @param {string} text */
function announce(text) {
  element('announcement').textContent = text;
}

class Page {
  #details = new OpenDetails();
  #failures = 0;
  #isPaused = false;
  #isAsking = false;
  /** Milliseconds that the server's clock is ahead of this one. */
  #ahead = 0;
  #contactAt = Date.now();
  /** @type {number | undefined} */
  #timer;

  start() {
    document.documentElement.classList.add('is-scripted');
    this.#takeTime();
    this.#tellAges();
    // The middle is where the lines meet.
    for (const graph of document.querySelectorAll('.graph'))
      graph.scrollLeft = (graph.scrollWidth - graph.clientWidth) / 2;
    document.addEventListener('click', (event) => void this.#click(event));
    document.addEventListener('input', () => this.#filter());
    document.addEventListener('visibilitychange', () => this.#arm(0));
    window.addEventListener('hashchange', () => this.#followHash());
    setInterval(() => this.#tellAges(), AGES_EVERY_MILLISECONDS);
    this.#arm(EVERY_MILLISECONDS);
  }

  get #content() {
    return element('content');
  }

  /** Asks again after a while; never while nobody looks. @param {number} wait milliseconds */
  #arm(wait) {
    clearTimeout(this.#timer);
    if (document.hidden || this.#isPaused) return;
    this.#timer = setTimeout(() => void this.#ask(), wait);
  }

  async #ask() {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const response = await fetch('/page/content', {
        headers: { 'If-None-Match': this.#content.dataset['etag'] ?? '' },
        // The browser's own cache would answer 200 to what was 304.
        cache: 'no-store',
        signal: AbortSignal.timeout(DEADLINE_MILLISECONDS),
      });
      if (response.status === 200) this.#show(await response.text());
      else if (response.status !== 304) throw new Error(`it answers ${response.status}`);
      this.#reached();
    } catch (error) {
      this.#missed(error);
    } finally {
      this.#isAsking = false;
      this.#arm(EVERY_MILLISECONDS);
    }
  }

  /** @param {string} text */
  #show(text) {
    const wanted = new DOMParser().parseFromString(text, 'text/html').getElementById('content');
    if (wanted === null) throw new Error('it answers something else');
    const content = this.#content;
    // Another version of the operator: its page has another script.
    if (wanted.dataset['script'] !== content.dataset['script']) return location.reload();
    const before = content.dataset['headline'];
    // What only this script knows goes into what comes, so that it does not flicker.
    for (const id of ['contact', 'pause', 'filter-count']) {
      const own = document.getElementById(id);
      if (own !== null) wanted.querySelector(`#${id}`)?.replaceWith(own.cloneNode(true));
    }
    this.#details.remember();
    morph(content, wanted);
    this.#details.restore();
    this.#takeTime();
    this.#filter();
    document.title = content.dataset['title'] ?? document.title;
    const headline = content.dataset['headline'] ?? '';
    if (headline !== before) announce(headline);
  }

  #takeTime() {
    this.#ahead = Number(this.#content.dataset['now']) - Date.now();
  }

  #tellAges() {
    const now = Date.now() + this.#ahead;
    for (const time of document.querySelectorAll('time[data-ago]')) {
      const text = ago(time.getAttribute('datetime') ?? '', now);
      if (time.textContent !== text) time.textContent = text;
    }
  }

  #reached() {
    this.#contactAt = Date.now();
    this.#failures = 0;
    const lost = element('lost');
    if (!lost.hidden) {
      lost.hidden = true;
      document.documentElement.classList.remove('is-lost');
      announce(`The operator can be reached again. ${this.#content.dataset['headline'] ?? ''}`);
      document.title = this.#content.dataset['title'] ?? document.title;
    }
    this.#tellContact('renewed by itself');
  }

  /** @param {unknown} error */
  #missed(error) {
    this.#failures += 1;
    if (this.#failures < FAILURES_UNTIL_LOST) return;
    const since = new Date(this.#contactAt).toLocaleTimeString();
    const lost = element('lost');
    if (lost.hidden) {
      const why = error instanceof Error && error.message.startsWith('it answers') ? ` (${error.message})` : '';
      lost.textContent = `The operator cannot be reached since ${since}${why}. What you see below is from then.`;
      lost.hidden = false;
      document.documentElement.classList.add('is-lost');
      document.title = `? Not reached · ${document.title}`;
    }
    this.#tellContact('not reached, trying again');
  }

  /** @param {string} text */
  #tellContact(text) {
    const contact = element('contact');
    if (contact.textContent !== `· ${text}`) contact.textContent = `· ${text}`;
  }

  /** @param {Event} event */
  async #click(event) {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    if (button === null) return;
    if (button.id === 'pause') this.#togglePause(button);
    else if (button.dataset['copy'] !== undefined) await this.#copy(button, button.dataset['copy']);
  }

  /** @param {HTMLButtonElement} button */
  #togglePause(button) {
    this.#isPaused = !this.#isPaused;
    button.setAttribute('aria-pressed', String(this.#isPaused));
    this.#tellContact(this.#isPaused ? 'paused' : 'renewed by itself');
    this.#arm(0);
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {string} text
   */
  async #copy(button, text) {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
      announce(`Copied: ${text}`);
      setTimeout(() => (button.textContent = 'Copy'), 2000);
    } catch {
      // Refused, or no secure address: then it is at least selected.
      const code = button.parentElement?.querySelector('code');
      if (code) getSelection()?.selectAllChildren(code);
      announce('Selected; copy it with the keyboard');
    }
  }

  #filter() {
    const word = document.getElementById('filter');
    const only = document.getElementById('only-unready');
    if (!(word instanceof HTMLInputElement) || !(only instanceof HTMLInputElement)) return;
    const wanted = word.value.trim().toLowerCase();
    let shown = 0;
    const rows = document.querySelectorAll('tr[data-state]');
    for (const row of rows) {
      const isShown =
        (!only.checked || row.getAttribute('data-state') !== 'Ready') &&
        (wanted === '' || (row.textContent ?? '').toLowerCase().includes(wanted));
      row.toggleAttribute('hidden', !isShown);
      if (isShown) shown += 1;
    }
    const text = wanted === '' && !only.checked ? '' : `${shown} of ${rows.length} shown`;
    const count = element('filter-count');
    if (count.textContent !== text) count.textContent = text;
  }

  /** A row that a filter hides is shown when a link leads to it. */
  #followHash() {
    const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (row === null || !row.hasAttribute('hidden')) return;
    for (const id of ['filter', 'only-unready']) {
      const input = document.getElementById(id);
      if (input instanceof HTMLInputElement) [input.value, input.checked] = ['', false];
    }
    this.#filter();
    row.scrollIntoView();
    row.focus();
  }
}

new Page().start();
