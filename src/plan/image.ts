import { CONTEXT_LABEL } from '../model/build-context.ts';
import type { Resource } from '../model/resource.ts';
import type { PlanContext } from './context.ts';
import { draft, progressing, ready, resourcePlan, stalled, type ResourcePlan } from './draft.ts';

/** One Image resource and what is there to what is to be done about it. Pinned references are pulled once. */
export function planImage(resource: Resource<'Image'>, context: PlanContext): ResourcePlan {
  const { observed } = context.input;
  const { spec } = resource;
  const image = observed.images[spec.reference];
  if (spec.build) {
    const digest = image?.labels[CONTEXT_LABEL];
    if (digest === spec.build.contextDigest)
      return resourcePlan({ conditions: [ready('Built', 'built from context, dockerfile and args as they are')] });
    const cause = image ? 'context changed' : 'missing';
    const fields = [{ path: 'build.context', want: spec.build.contextDigest.slice(0, 12), got: digest?.slice(0, 12) }];
    return resourcePlan({
      steps: [draft('BuildImage', { spec }, cause, fields)],
      conditions: [progressing('Building', cause)],
    });
  }
  if (!image)
    return resourcePlan({
      steps: [draft('PullImage', { reference: spec.reference, platforms: spec.platforms }, 'missing')],
      conditions: [progressing('Missing', 'the image is not on this engine')],
    });
  if (image.platform !== observed.engine.platform)
    return resourcePlan({
      conditions: [
        stalled(
          'WrongPlatform',
          `the image here is for ${image.platform}, this engine runs ${observed.engine.platform}; remove it (docker rmi ${spec.reference}) or pin another`,
        ),
      ],
    });
  return resourcePlan({ conditions: [ready('Present', 'on this engine')] });
}
