import type { CertificateConsumer } from '../../model/certificate-specs.ts';

/**
 * A consumer, for people and metrics: its container, with the port where the same Certificate is served there twice, or
 * the address.
 */
export function consumerName(consumer: CertificateConsumer, all: readonly CertificateConsumer[]): string {
  const { container, served } = consumer;
  if (container === undefined) return `${served?.address}:${served?.port}`;
  const isAlone = all.filter((other) => other.container === container).length < 2;
  return isAlone || served === undefined ? container : `${container}:${served.port}`;
}
