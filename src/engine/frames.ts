const HEADER_BYTES = 8;

/**
 * Takes the 8-byte frame headers out of a container's mixed output (one byte stream number, three zero bytes, four
 * bytes length). A container with a terminal has no frames: whatever does not begin with a header is passed through.
 * Works through any number of small frames in one chunk without recursion or copying.
 * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerAttach
 */
export class FrameReader {
  #header = Buffer.alloc(0);
  /** Bytes left of the frame that is being read. */
  #left = 0;
  #raw = false;

  /** One chunk to the pieces of output in it, stdout and stderr in their order. */
  push(chunk: Buffer): Buffer[] {
    if (this.#raw) return [chunk];
    const pieces: Buffer[] = [];
    let data = this.#header.length === 0 ? chunk : Buffer.concat([this.#header, chunk]);
    this.#header = Buffer.alloc(0);
    for (;;) {
      const content = data.subarray(0, this.#left);
      if (content.length > 0) pieces.push(content);
      this.#left -= content.length;
      data = data.subarray(content.length);
      if (data.length === 0) return pieces;
      if (!couldBeHeader(data)) {
        this.#raw = true;
        pieces.push(data);
        return pieces;
      }
      if (data.length < HEADER_BYTES) {
        // A copy, so that a few bytes do not keep a whole chunk in memory.
        this.#header = Buffer.from(data);
        return pieces;
      }
      this.#left = data.readUInt32BE(4);
      data = data.subarray(HEADER_BYTES);
    }
  }

  /** What was held back in the belief that it begins a header. */
  end(): Buffer {
    return this.#header;
  }
}

function couldBeHeader(data: Buffer): boolean {
  return (data[0] ?? 0) <= 2 && (data[1] ?? 0) === 0 && (data[2] ?? 0) === 0 && (data[3] ?? 0) === 0;
}
