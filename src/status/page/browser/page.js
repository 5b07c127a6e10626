/**
 * Keeps the status page current: asks for its content every two seconds while somebody looks, and changes only what
 * differs, so that focus, scroll position and opened details stay. Plain JavaScript, served as it is; checked by
 * tsconfig.json beside it.
 */

const EVERY_MILLISECONDS = 2000;
const DEADLINE_MILLISECONDS = 8000;
/** One answer may get lost; two in a row do not. */
const FAILURES_UNTIL_LOST = 2;
const AGES_EVERY_MILLISECONDS = 5000;

/**
 * The same words as the server's (src/model/format-change.ts); a spec holds both equal.
 *
 * @param {number} milliseconds
 * @returns {string}
 */
export function formatDuration(milliseconds) {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/**
 * @param {string} iso
 * @param {number} now milliseconds since the epoch
 * @returns {string}
 */
export function ago(iso, now) {
  const age = now - Date.parse(iso);
  return age < 1500 ? 'just now' : `${formatDuration(age)} ago`;
}

/**
 * What a node is told apart by among its siblings.
 *
 * @param {Node} node
 * @returns {string}
 */
function nameOf(node) {
  return node instanceof Element && node.id !== '' ? `#${node.id}` : node.nodeName;
}

/**
 * Makes one node like another with as few changes as it takes. Whether details are open is the reader's.
 *
 * @param {Node} from
 * @param {Node} to
 */
function morph(from, to) {
  if (!(from instanceof Element) || !(to instanceof Element)) {
    if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
    return;
  }
  for (const { name } of [...from.attributes])
    if (!to.hasAttribute(name) && !(name === 'open' && from.localName === 'details')) from.removeAttribute(name);
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  morphChildren(from, to);
}

/**
 * @param {Element} from
 * @param {Element} to
 */
function morphChildren(from, to) {
  const byId = new Map([...from.children].filter(({ id }) => id !== '').map((child) => [child.id, child]));
  /** @type {ChildNode | null} */
  let next = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const same = wanted instanceof Element && wanted.id !== '' ? byId.get(wanted.id) : undefined;
    // One that went is passed over, so that those after it are not taken for it.
    while (
      same === undefined &&
      next !== null &&
      next instanceof Element &&
      next.id !== '' &&
      nameOf(next) !== nameOf(wanted)
    ) {
      if (to.querySelector(`:scope > #${CSS.escape(next.id)}`) !== null) break;
      const gone = next;
      next = next.nextSibling;
      gone.remove();
    }
    if (same !== undefined) {
      if (same === next) next = next.nextSibling;
      else from.insertBefore(same, next);
      morph(same, wanted);
    } else if (next !== null && nameOf(next) === nameOf(wanted)) {
      morph(next, wanted);
      next = next.nextSibling;
    } else from.insertBefore(wanted.cloneNode(true), next);
  }
  while (next !== null) {
    const gone = next;
    next = next.nextSibling;
    gone.remove();
  }
}

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
    morph(content, wanted);
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

if (typeof document !== 'undefined') new Page().start();
