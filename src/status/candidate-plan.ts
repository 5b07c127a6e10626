import type { Finding } from '../model/resource.ts';

/** What the operator says of a desired state that does not run yet: `POST /api/v1/plan` on the push socket. */
export interface CandidatePlan {
  /** Whether it holds no error. */
  readonly valid: boolean;
  readonly resources: number;
  readonly findings: readonly Finding[];
  /** As `bastion plan --json`; null: it is not valid, or the engine could not be asked. */
  readonly plan: object | null;
  /** The plan for people, several lines, with what waits at which gate; without a plan the reason why there is none. */
  readonly text: string;
}
