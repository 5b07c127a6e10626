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
 * Makes one node like another with as few changes as it takes, so that focus, scroll position and selection stay. Whether
 * details are open is the reader's. Children are told apart by their id, others by their place.
 *
 * @param {Node} from
 * @param {Node} to
 */
export function morph(from, to) {
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
