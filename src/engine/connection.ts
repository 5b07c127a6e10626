import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { EngineError } from './errors.ts';

/** Pinned, because the shape of what inspect answers changes with the version (1.45, 1.52 ...). */
export const API_VERSION = 'v1.41';

const DEFAULT_SOCKET = '/var/run/docker.sock';
const CALL = 'connect';

/**
 * Where the engine is, as dockerode understands it.
 *
 * @param host `unix:///path`, `tcp://host:port` or `http(s)://host:port`; undefined: DOCKER_HOST, else the default socket.
 * @param environment DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, with the meaning they have for Docker's own
 *   command.
 * Throws `ENGINE_UNREACHABLE` for an address that is not supported, and for certificates that cannot be read.
 */
export function connectionOptions(host: string | undefined, environment: NodeJS.ProcessEnv): Docker.DockerOptions {
  const address = host ?? environment['DOCKER_HOST'] ?? '';
  if (address === '') return onSocket(DEFAULT_SOCKET);
  if (address.startsWith('unix://')) return onSocket(address.slice('unix://'.length) || DEFAULT_SOCKET);
  if (address.startsWith('/')) return onSocket(address);

  const url = parseAddress(address);
  if (url.protocol === 'ssh:') {
    const hint =
      'forward its socket with `ssh -L /run/engine.sock:/var/run/docker.sock` and use unix:///run/engine.sock';
    throw new EngineError('ENGINE_UNREACHABLE', CALL, `${address}: ssh is not supported; ${hint}`);
  }
  if (!['tcp:', 'http:', 'https:'].includes(url.protocol)) {
    const known = 'use unix:///path/to/docker.sock or tcp://host:port';
    throw new EngineError('ENGINE_UNREACHABLE', CALL, `${address}: this kind of address is not supported; ${known}`);
  }
  const verify = (environment['DOCKER_TLS_VERIFY'] ?? '') !== '';
  const secure = url.protocol === 'https:' || url.port === '2376' || verify;
  return {
    // Members that are undefined on purpose: dockerode fills what is absent from its own reading of DOCKER_HOST.
    socketPath: undefined,
    host: url.hostname,
    port: url.port || (secure ? '2376' : '2375'),
    protocol: secure ? 'https' : 'http',
    version: API_VERSION,
    ...(secure ? certificates(environment['DOCKER_CERT_PATH']) : { ca: undefined, cert: undefined, key: undefined }),
  };
}

function onSocket(socketPath: string): Docker.DockerOptions {
  return {
    socketPath,
    host: undefined,
    protocol: 'http',
    ca: undefined,
    cert: undefined,
    key: undefined,
    version: API_VERSION,
  };
}

function parseAddress(address: string): URL {
  try {
    return new URL(address.includes('//') ? address : `tcp://${address}`);
  } catch (cause) {
    const known = 'use unix:///path/to/docker.sock or tcp://host:port';
    throw new EngineError('ENGINE_UNREACHABLE', CALL, `${address} is no address of an engine; ${known}`, { cause });
  }
}

function certificates(directory: string | undefined): Pick<Docker.DockerOptions, 'ca' | 'cert' | 'key'> {
  if (directory === undefined || directory === '') return { ca: undefined, cert: undefined, key: undefined };
  const read = (name: string): Buffer => {
    const path = join(directory, name);
    try {
      return readFileSync(path);
    } catch (cause) {
      const hint = 'DOCKER_CERT_PATH must hold ca.pem, cert.pem and key.pem';
      throw new EngineError('ENGINE_UNREACHABLE', CALL, `cannot read ${path}: ${hint}`, { cause });
    }
  };
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
}
