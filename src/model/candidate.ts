/** Where the candidate of a file, and what lies beside it, is mounted in the container of its check. */
export const CANDIDATE_DIRECTORY = '/candidate';
