import { expect } from 'chai';
import { isAtLeast } from '../../../src/stack/image-version.ts';

describe('the version of an image', () => {
  const later = [
    'prom/prometheus:v2.45.0',
    'prom/prometheus:v2.100.0',
    'prom/prometheus:v3.0.0',
    'registry.lab:5000/prometheus:3.14',
    `prom/prometheus:v3.14.0@sha256:${'0'.repeat(64)}`,
    'prom/prometheus:v3.14.0-distroless',
  ];
  const earlier = ['prom/prometheus:v2.44.9', 'bastion-local/prometheus:2.42.0', 'registry.lab:9999/prometheus:1.99'];

  for (const reference of later)
    it(`${reference} is 2.45 or later`, () => expect(isAtLeast(reference, 2, 45)).to.equal(true));
  for (const reference of earlier) it(`${reference} is not`, () => expect(isAtLeast(reference, 2, 45)).to.equal(false));

  it('counts as later where the tag does not tell, so that what then fails does so in the check', () => {
    for (const reference of [
      'prometheus:stable',
      `prometheus@sha256:${'0'.repeat(64)}`,
      'registry.lab:5000/prometheus',
    ])
      expect(isAtLeast(reference, 2, 45)).to.equal(true);
  });
});
