import { isIPv4 } from 'node:net';

/** Whether an address to listen on is reached from this machine alone. Any other name than `localhost` counts as not. */
export function isLoopback(host: string): boolean {
  return host.toLowerCase() === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
