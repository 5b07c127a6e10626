import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { canonicalJson } from '../../model/canonical-json.ts';
import type { ImageSpec } from '../../model/specs.ts';
import type { ImageManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';
import { digestDirectory } from './build-context.ts';
import { readContextDirectory } from './context-directory.ts';
import type { NormaliseContext } from './context.ts';
import { readSettings } from './name-values.ts';
import { readReference } from './reference.ts';

type Spec = ImageManifest['spec'];

/** A validated Image manifest's spec to its normal form; reads the build context. `field` stands for `spec`. */
export function normaliseImage(spec: Spec, context: NormaliseContext, field: Field): ImageSpec {
  const reference = readReference(spec.reference, context.images, field.at('reference')) ?? spec.reference;
  const build = spec.build === undefined ? undefined : readBuild(spec.build, context, field.at('build'));
  return { reference, ...(build === undefined ? {} : { build }), platforms: [...new Set(spec.platforms)].sort() };
}

function readBuild(build: NonNullable<Spec['build']>, context: NormaliseContext, field: Field): ImageSpec['build'] {
  const directory = readContextDirectory(build.context, context, field.at('context'));
  const digest = directory === undefined ? undefined : digestDirectory(directory, context.digests, field.at('context'));
  if (directory === undefined || digest === undefined) return undefined;
  if (existsSync(join(directory, '.dockerignore')))
    field
      .at('context')
      .warning('holds a .dockerignore, which is not honoured: all but .git is sent to the builder', 'build-context');
  const dockerfile = posix.normalize(build.dockerfile);
  if (dockerfile.startsWith('/') || dockerfile.startsWith('..'))
    field.at('dockerfile').error('must lie inside the context');
  const args = build.args === undefined ? {} : readSettings(build.args, field.at('args'));
  const contextDigest = createHash('sha256').update(canonicalJson({ digest, dockerfile, args })).digest('hex');
  return { context: directory, dockerfile, args, contextDigest };
}
