import type { ServiceFailure } from '../../model/observed-services.ts';

/** Why a service gave no answer, in words for people that hold no secrets. */
export class ServiceError extends Error {
  readonly kind: ServiceFailure['kind'];

  constructor(kind: ServiceFailure['kind'], message: string) {
    super(message);
    this.name = 'ServiceError';
    this.kind = kind;
  }
}
