import { posix, resolve } from 'node:path';
import type { ImageSpec } from '../../model/specs.ts';
import type { ImageManifest } from '../manifest-types.ts';
import type { Field } from '../field.ts';
import { contextDigest } from './build-context.ts';
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
  const directory = resolve(context.directory, posix.dirname(context.file), build.context);
  const digest = contextDigest(directory, field.at('context'));
  if (digest === undefined) return undefined;
  const dockerfile = posix.normalize(build.dockerfile);
  if (dockerfile.startsWith('/') || dockerfile.startsWith('..'))
    field.at('dockerfile').error('must lie inside the context');
  return {
    context: directory,
    dockerfile,
    args: build.args === undefined ? {} : readSettings(build.args, field.at('args')),
    contextDigest: digest,
  };
}
