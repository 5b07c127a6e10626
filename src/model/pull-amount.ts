/** How far a pull is, as far as the engine has told. */
export interface PullAmount {
  readonly layers: number;
  /** Unpacked, or there before. */
  readonly layersDone: number;
  /** Of the layers whose size is known. */
  readonly bytes: number;
  readonly totalBytes: number;
}
