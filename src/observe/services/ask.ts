import type { ServiceAddress } from '../../model/service-spec.ts';

/** One request to a service. It is sent with `Host: <serverName>`. */
export interface ServiceRequest {
  readonly path: string;
  /** Default GET. */
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What becomes of an answer of more than 1 MiB: an error (default), or only its beginning is read. */
  readonly beyondLimit?: 'fail' | 'cut';
}

export interface ServiceResponse {
  readonly status: number;
  readonly body: string;
}

/** One request to a service that is known. Rejects with a `ServiceError` when there is no response. */
export type AskService = (request: ServiceRequest) => Promise<ServiceResponse>;

/** One request over mutual TLS, with the Bastion's client certificate. Rejects with a `ServiceError`. */
export type Ask = (at: ServiceAddress, request: ServiceRequest) => Promise<ServiceResponse>;
