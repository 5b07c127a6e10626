import { ServiceError } from './service-error.ts';
import type { AskService, ServiceRequest } from './ask.ts';

/** A JSON object whose members are not known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text member, empty when it is none. */
export function textOf(value: JsonObject, member: string): string {
  const text = value[member];
  return typeof text === 'string' ? text : '';
}

/** Number member; undefined when it is none. */
export function numberOf(value: JsonObject, member: string): number | undefined {
  const number = value[member];
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** RFC 3339 to milliseconds since the epoch; 0 for none and for the year 1. */
export function timeOf(value: JsonObject, member: string): number {
  return Math.max(0, Date.parse(textOf(value, member)) || 0);
}

/** Asks, and demands a success. @throws ServiceError */
export async function askText(ask: AskService, request: ServiceRequest): Promise<string> {
  const { status, body } = await ask(request);
  if (status >= 200 && status < 300) return body;
  throw new ServiceError('refused', `GET ${request.path} answered with status ${status}`);
}

/** Asks, and demands JSON. @throws ServiceError */
export async function askJson(ask: AskService, path: string): Promise<unknown> {
  const text = await askText(ask, { path });
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ServiceError('refused', `GET ${path} did not answer with JSON`);
  }
}
