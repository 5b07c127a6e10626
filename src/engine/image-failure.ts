import { EngineError } from './errors.ts';
import { type ImageReference, splitReference } from './image-reference.ts';

type Sentence = (reference: string, parts: ImageReference) => string;

const BY_HAND = 'or bring the image to this host by hand (docker load)';

/** What engines and registries say, and what it means for the person who reads it. The first match counts. */
const KNOWN: readonly (readonly [RegExp, Sentence])[] = [
  [
    /no such host|server misbehaving|name resolution|lookup \S+ on |lookup \S+: /i,
    (_, { registry }) =>
      `the name of ${registry} cannot be resolved; check the name server and the internet connection of the engine's host, ${BY_HAND}`,
  ],
  [
    /connection refused/i,
    (_, { registry }) =>
      `${registry} refused the connection; check that the registry runs and that no firewall or proxy stands between, ${BY_HAND}`,
  ],
  [
    /network is unreachable|no route to host/i,
    (_, { registry }) => `there is no route to ${registry}; check the network of the engine's host, ${BY_HAND}`,
  ],
  [
    /i\/o timeout|timeout exceeded|deadline exceeded|handshake timeout|timed out|request canceled/i,
    (_, { registry }) =>
      `${registry} did not answer in time; check the internet connection, firewall and proxy of the engine's host, ${BY_HAND}`,
  ],
  [
    /http response to https client/i,
    (_, { registry }) =>
      `${registry} does not speak TLS; give it a certificate, or list it under insecure-registries in the engine's daemon.json`,
  ],
  [
    /x509|certificate/i,
    (_, { registry }) =>
      `the certificate of ${registry} is not accepted; check the clock of the engine's host and the authority under /etc/docker/certs.d`,
  ],
  [
    /toomanyrequests|rate limit|too many requests/i,
    (_, { registry }) =>
      `${registry} refuses further pulls for now (rate limit); wait, or log in on the engine's host (docker login)`,
  ],
  [
    /no matching manifest|does not match the specified platform/i,
    (reference) => `${reference} exists, but not for this host's platform; choose another tag`,
  ],
  [
    /pull access denied|unauthorized|authentication required|access denied|denied: |no basic auth|forbidden/i,
    (_, { repository, registry }) =>
      `${registry} does not give out ${repository}: it does not exist there or needs a login; check the name, or pull it by hand after docker login`,
  ],
  [
    /manifest unknown|manifest for .* not found|name unknown|not found/i,
    (_, { repository, version, registry }) => `${registry} has no ${version} of ${repository}; check name and tag`,
  ],
  [
    /no space left/i,
    () => "the disk of the engine's host is full; free space below Docker's data directory (docker system df)",
  ],
];

/** An image that a registry would not give: says which, why in plain words, what to do, and what the engine said. */
export function imageUnavailable(
  call: string,
  reference: string,
  message: string,
  options: { statusCode?: number | undefined; cause?: unknown } = {},
): EngineError {
  const parts = splitReference(reference);
  const sentence = KNOWN.find(([pattern]) => pattern.test(message))?.[1] ?? ((): string => `${parts.registry} failed`);
  const detail = `${reference}: ${sentence(reference, parts)}. The engine said: ${message}`;
  return new EngineError('IMAGE_UNAVAILABLE', call, detail, {
    cause: options.cause,
    ...(options.statusCode === undefined ? {} : { statusCode: options.statusCode }),
  });
}
