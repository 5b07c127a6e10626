import type { TraefikManifest } from '../../model/manifest-types.ts';
import type { Dynamic, TlsOptions } from './dynamic-types.ts';
import { authorityFile, keyPair } from './key-pair.ts';
import type { Places } from './places.ts';

const COMMON = { minVersion: 'VersionTLS12', sniStrict: true } as const;

/**
 * TLS options and certificates.
 *
 * Traefik takes the options of a connection from the names in `Host()` rules only, and falls back to `default` wherever it
 * is in doubt: a rule without a host, two routers of one host that disagree. So `default` is the strict one, and whoever
 * wants to be public says so by name. Only of an adopted Traefik `default` stays what it is until `strictDefault`, because
 * it would lock out every browser of the house at once; what is ours names its option there.
 */
export function tlsPart({ spec }: TraefikManifest, places: Places, servesHosts: boolean): Dynamic {
  const strict: TlsOptions = {
    ...COMMON,
    clientAuth: {
      caFiles: [authorityFile(places.certificates)],
      clientAuthType: 'RequireAndVerifyClientCert',
    },
  };
  const { existing, tlsOptions } = spec;
  const own = keyPair(places.certificates);
  return {
    tls: {
      options: {
        ...(existing === undefined || existing.strictDefault ? { default: strict } : {}),
        [tlsOptions.strict]: strict,
        [tlsOptions.public]: { ...COMMON, clientAuth: { clientAuthType: 'NoClientCert' } },
      },
      certificates: [own, ...(servesHosts ? [keyPair(places.hostCertificates)] : [])],
      // An adopted Traefik may have a default certificate already, and a store is defined once.
      ...(existing === undefined ? { stores: { default: { defaultCertificate: own } } } : {}),
    },
  };
}

/** What a router says to get the strict option. Where that is the default, naming it would only make it another one. */
export function strictTls({ spec }: TraefikManifest): { readonly options?: string } {
  return spec.existing === undefined || spec.existing.strictDefault ? {} : { options: spec.tlsOptions.strict };
}
