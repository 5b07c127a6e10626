import { existsSync } from 'node:fs';
import { systemClock } from '../../src/runtime/clock.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { busyboxBehaviour } from '../support/fake-engine/busybox-behaviour.ts';
import { describeEngineContract } from './engine-contract.ts';

describeEngineContract('The fake engine', async () => {
  const engine = new FakeEngine({ clock: systemClock, bindSourceExists: existsSync });
  const image = 'bastion-local/busybox:1.35.0';
  engine.addImage(image, {}, { behaviour: busyboxBehaviour });
  return await Promise.resolve({
    engine,
    image,
    removeImage: async (reference: string) => await Promise.resolve(engine.outside.removeImage(reference)),
    close: () => engine.daemon.close(),
  });
});
