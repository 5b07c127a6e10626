import { stringify } from 'yaml';
import { CERTIFICATES_INSIDE } from './names.ts';

/**
 * The file behind `--web.config.file` of Prometheus and node_exporter: TLS, and only for clients with a certificate of the
 * authority. They read it, and what it names, again for every connection, so nobody needs to be told of a change.
 *
 * @param allowed names, one of which the client's certificate must hold; undefined where the program cannot ask for that
 */
export function webConfig(header: string, allowed: readonly string[] | undefined): string {
  const server = {
    cert_file: `${CERTIFICATES_INSIDE}/tls.crt`,
    key_file: `${CERTIFICATES_INSIDE}/tls.key`,
    client_ca_file: `${CERTIFICATES_INSIDE}/ca.crt`,
    client_auth_type: 'RequireAndVerifyClientCert',
    ...(allowed === undefined ? {} : { client_allowed_sans: allowed }),
    min_version: 'TLS12',
  };
  return header + stringify({ tls_server_config: server, http_server_config: { http2: true } }, { lineWidth: 0 });
}
