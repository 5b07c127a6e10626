import { isLoopback } from '../status/loopback.ts';
import type { TlsPaths } from '../status/tls-files.ts';
import type { Settings } from './arguments.ts';
import { UsageError } from './errors.ts';
import { parseListenAddress } from './listen-address.ts';

/** Where to serve status and metrics, and with which TLS files; undefined: nowhere, or in plain. */
export interface ListenPlan {
  readonly on: { readonly host: string; readonly port: number } | undefined;
  readonly tls: TlsPaths | undefined;
}

function tlsPaths({ tlsCert, tlsKey, tlsClientCa }: Settings): TlsPaths | undefined {
  if (tlsCert !== undefined && tlsKey !== undefined)
    return {
      certificate: tlsCert,
      key: tlsKey,
      ...(tlsClientCa === undefined ? {} : { clientAuthority: tlsClientCa }),
    };
  if (tlsCert !== undefined) throw new UsageError('--tls-cert needs the key that belongs to it: --tls-key FILE');
  if (tlsKey !== undefined) throw new UsageError('--tls-key needs the certificate that it belongs to: --tls-cert FILE');
  if (tlsClientCa !== undefined)
    throw new UsageError('--tls-client-ca needs a certificate to serve with: --tls-cert FILE and --tls-key FILE');
  return undefined;
}

/**
 * What the settings say about listening.
 *
 * @throws UsageError for TLS files that do not make a set, and for an address beyond loopback where not every client
 * has to show a certificate
 */
export function listenPlan(settings: Settings): ListenPlan {
  const tls = tlsPaths(settings);
  const on = parseListenAddress(settings.listen);
  if (on !== undefined && !isLoopback(on.host) && tls?.clientAuthority === undefined)
    throw new UsageError(
      `--listen ${settings.listen} can be reached from other machines: require client certificates with --tls-cert FILE, --tls-key FILE and --tls-client-ca FILE, or listen on 127.0.0.1`,
    );
  return { on, tls };
}
