/**
 * The numbers of nodes by their names in a node graph: requests a second and the share of them that fails, in per cent, with
 * arcs for what succeeds, what fails and what cannot be said. Every node has each arc, and they add up to 1; a node of which
 * nothing is known has no share, for neither green nor red would be true of it.
 *
 * @param requests expression with every node that is shown
 * @param errors expression with those of them whose share of failures is known, 0 to 1
 */
export function nodeStats(requests: string, errors: string): Readonly<Record<string, string>> {
  const unknown = `(${requests} unless on (id) ${errors})`;
  return {
    mainstat: requests,
    secondarystat: `100 * ${errors}`,
    arc__ok: `1 - ${errors} or 0 * ${unknown}`,
    arc__bad: `${errors} or 0 * ${unknown}`,
    arc__unknown: `0 * ${errors} or 1 + 0 * ${unknown}`,
  };
}
