import { redactText } from '../../model/redact.ts';

const LONGEST = 300;

/** Grafana's message about a data source, and what to do about it, in the order of how sure the cause is. */
const CAUSES: readonly { readonly when: RegExp; readonly advice: string }[] = [
  {
    when: /certificate required|bad certificate|remote error: tls/i,
    advice:
      'Prometheus refuses the certificate that Grafana shows. Grafana reads a renewed one when it starts: ' +
      '`docker restart GRAFANA`; `bastion certs` shows until when certificates are valid',
  },
  {
    when: /certificate has expired|not yet valid/i,
    advice: 'a certificate of the connection has expired: `bastion certs` shows which, and why it was not renewed',
  },
  {
    when: /unknown authority/i,
    advice:
      'Grafana does not know the authority of the certificate that Prometheus shows. It reads a new one when it starts: `docker restart GRAFANA`',
  },
  {
    when: /certificate is (?:valid for|not valid)|doesn't contain any IP SANs|cannot validate certificate/i,
    advice: 'Prometheus shows a certificate of another name: its hostname and its Certificate do not fit together',
  },
  { when: /x509|tls:|certificate/i, advice: 'a certificate is the cause: see `bastion certs`' },
  {
    when: /no such host|server misbehaving|name resolution/i,
    advice: 'Grafana does not find Prometheus by its name: both must be in the network grafana',
  },
  {
    when: /connection refused|no route to host|network is unreachable/i,
    advice: 'Prometheus does not answer at all: see its own conditions',
  },
  {
    when: /deadline exceeded|timeout|timed out/i,
    advice: 'Prometheus does not answer in time: it starts, or has too little memory for its queries',
  },
  { when: /\b401\b|\b403\b|unauthori[sz]ed|forbidden/i, advice: 'something before Prometheus refuses Grafana' },
];

/** What Grafana said of a data source that does not answer, in one line, with what to do where the cause can be told. */
export function explainDatasource(said: string, grafana: string): string {
  const text = oneLine(said);
  const cause = CAUSES.find(({ when }) => when.test(text));
  return cause === undefined ? text : `${text}; ${cause.advice.replace('GRAFANA', grafana)}`;
}

/**
 * Why the administrator was not let in, and what to do. Grafana takes the password from the file at its first start only.
 *
 * @param grafana name of the container
 */
export function explainRefusal(user: string, file: string, grafana: string): string {
  return (
    `it does not take the password of ${user} in ${file}: somebody changed it in Grafana. Write the new one into the ` +
    `file, or set it to what the file holds: docker exec -i ${grafana} grafana cli admin reset-admin-password ` +
    `--password-from-stdin < ${file}`
  );
}

/** Text of a service for a condition: short, without line breaks and passwords. */
export function oneLine(text: string): string {
  const line = redactText(text).replaceAll(/\s+/g, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
