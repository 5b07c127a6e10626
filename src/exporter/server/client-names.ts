/** DNS names in a certificate's `subjectaltname` as Node writes it: `DNS:prometheus.lab, IP Address:10.0.0.1`. */
export function dnsNames(subjectAltName: string | undefined): string[] {
  return (subjectAltName ?? '')
    .split(', ')
    .filter((part) => part.startsWith('DNS:'))
    .map((part) => part.slice('DNS:'.length).toLowerCase());
}

/** Whether a client with these names may ask: one of them is allowed, or none is asked for. */
export function isAllowed(subjectAltName: string | undefined, allowed: readonly string[]): boolean {
  if (allowed.length === 0) return true;
  const names = dnsNames(subjectAltName);
  return allowed.some((name) => names.includes(name.toLowerCase()));
}
