import { callEngine, getJson } from './engine-http.ts';

const OWNED = encodeURIComponent(JSON.stringify({ label: ['lab.bastion.instance=bastion-demo'] }));

/** Removes every container, network and volume that the demo's operator made, told by their labels, and nothing else. */
export async function removeDemoObjects(host: string, log: (line: string) => void): Promise<void> {
  const containers = await getJson<{ Id: string; Names: string[] }[]>(
    host,
    `/containers/json?all=true&filters=${OWNED}`,
  );
  for (const { Id, Names } of containers) {
    await remove(host, `/containers/${Id}?force=true&v=true`);
    log(`removed container ${Names.map((name) => name.slice(1)).join(', ')}`);
  }
  for (const { Id, Name } of await getJson<{ Id: string; Name: string }[]>(host, `/networks?filters=${OWNED}`)) {
    await remove(host, `/networks/${Id}`);
    log(`removed network ${Name}`);
  }
  const { Volumes } = await getJson<{ Volumes: { Name: string }[] | null }>(host, `/volumes?filters=${OWNED}`);
  for (const { Name } of Volumes ?? []) {
    await remove(host, `/volumes/${encodeURIComponent(Name)}`);
    log(`removed volume ${Name}`);
  }
}

/** Removes images by reference. One that is gone, or that somebody uses by now, stays without complaint. */
export async function removeImages(
  host: string,
  references: readonly string[],
  log: (line: string) => void,
): Promise<void> {
  for (const reference of references) {
    const answer = await callEngine(host, { method: 'DELETE', path: `/images/${reference}` });
    if (answer.status === 200) log(`removed image ${reference}`);
    else if (answer.status === 409) log(`left image ${reference}, which is in use`);
  }
}

async function remove(host: string, path: string): Promise<void> {
  const answer = await callEngine(host, { method: 'DELETE', path, idleMilliseconds: 60_000 });
  if (answer.status >= 300 && answer.status !== 404) {
    throw new Error(`DELETE ${path} was answered with ${answer.status}: ${answer.text.trim()}`);
  }
}
