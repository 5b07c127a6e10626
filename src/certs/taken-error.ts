/** Something that is not ours lies where something of ours shall be. For people: what, where, what to do. */
export class TakenError extends Error {
  override readonly name = 'TakenError';
}
