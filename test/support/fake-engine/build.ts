import { interpret, readTar } from './dockerfile.ts';
import { hashOf } from './id-source.ts';
import { refuse } from './refusal.ts';
import type { FakeDaemon } from './daemon.ts';

export interface BuildRequest {
  readonly tag: string;
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** Builds an image from a tar archive; the same content gives the same id. Throws a refusal when it fails. */
export function buildImage(daemon: FakeDaemon, archive: Buffer, request: BuildRequest): string {
  const files = readTar(archive);
  const text = files.get(request.dockerfile.replace(/^\.\//, ''));
  if (text === undefined) refuse(500, `Cannot locate specified Dockerfile: ${request.dockerfile}`);
  const result = interpret(text, (reference) => daemon.images.find(reference));
  if ('error' in result) refuse(500, result.error);
  const base = /^\s*FROM\s+(\S+)/im.exec(text)?.[1] ?? 'scratch';
  const behaviour = daemon.images.find(base)?.behaviour ?? {};
  const labels = { ...result.config.Labels, ...request.labels };
  const content = hashOf(JSON.stringify([[...files], request.args]));
  return daemon.addImage(request.tag, { ...result.config, Labels: labels }, { behaviour, content }).inspect.Id;
}
