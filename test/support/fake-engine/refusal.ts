/** What the fake daemon answers to a call that it refuses: HTTP status and the engine's own sentence. */
export class Refusal extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** Throws a refusal; usable in expressions. */
export function refuse(statusCode: number, message: string): never {
  throw new Refusal(statusCode, message);
}
