import type { FakeImage, FakeImageConfig } from './image-store.ts';

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What a build does: the new image's config, or why it failed. */
export type BuildResult = { readonly config: FakeImageConfig } | { readonly error: string };

/** A tar archive to its files' contents by name. */
export function readTar(archive: Buffer): Map<string, string> {
  const files = new Map<string, string>();
  for (let offset = 0; offset + 512 <= archive.length;) {
    const field = (start: number, length: number): string =>
      archive.toString('utf8', offset + start, offset + start + length).replace(/\0.*$/s, '');
    const name = field(0, 100).replace(/^\.\//, '');
    const size = Number.parseInt(field(124, 12).trim() || '0', 8);
    if (name === '') break;
    files.set(name, archive.toString('utf8', offset + 512, offset + 512 + size));
    offset += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

/**
 * The instructions that shape an image's config; files are not looked at. `RUN false` and `RUN exit N` fail.
 * Reference: https://docs.docker.com/reference/dockerfile/
 */
export function interpret(text: string, base: (reference: string) => FakeImage | undefined): BuildResult {
  let config: FakeImageConfig = {};
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const [instruction = '', ...words] = line.split(/\s+/);
    const rest = line.slice(instruction.length).trim();
    switch (instruction.toUpperCase()) {
      case 'FROM': {
        const image = base(rest);
        if (!image && rest !== 'scratch') {
          return { error: `pull access denied for ${rest}, repository does not exist` };
        }
        config = structuredClone(image?.inspect.Config ?? {});
        // The builder gives a path to images that have none.
        if (!config.Env?.some((entry) => entry.startsWith('PATH='))) config.Env = [PATH, ...(config.Env ?? [])];
        break;
      }
      case 'LABEL':
        config.Labels = { ...config.Labels, ...pairs(words) };
        break;
      case 'ENV':
        config.Env = [...(config.Env ?? []), ...words.map(unquoted)];
        break;
      case 'CMD':
        config.Cmd = list(rest);
        break;
      case 'ENTRYPOINT':
        config.Entrypoint = list(rest);
        config.Cmd = null;
        break;
      case 'USER':
        config.User = rest;
        break;
      case 'WORKDIR':
        config.WorkingDir = rest;
        break;
      case 'STOPSIGNAL':
        config.StopSignal = rest;
        break;
      case 'EXPOSE':
        config.ExposedPorts = { ...config.ExposedPorts, ...Object.fromEntries(words.map(exposed)) };
        break;
      case 'VOLUME':
        config.Volumes = { ...config.Volumes, ...Object.fromEntries(words.map((path) => [path, {}])) };
        break;
      case 'HEALTHCHECK':
        config.Healthcheck = health(rest);
        break;
      case 'RUN': {
        const code = rest === 'false' ? '1' : /^exit ([1-9]\d*)$/.exec(rest)?.[1];
        if (code) return { error: `The command '/bin/sh -c ${rest}' returned a non-zero code: ${code}` };
        break;
      }
      case 'COPY':
      case 'ADD':
      case 'ARG':
        break;
      default:
        return { error: `dockerfile parse error: unknown instruction: ${instruction.toUpperCase()}` };
    }
  }
  return { config };
}

function health(text: string): NonNullable<FakeImageConfig['Healthcheck']> {
  const seconds = (name: string): number => Number(new RegExp(`--${name}=(\\d+)s`).exec(text)?.[1] ?? 0) * 1e9;
  const retries = Number(/--retries=(\d+)/.exec(text)?.[1] ?? 0);
  const test = text.replace(/^.*?(CMD|NONE)/, '$1');
  return {
    Test: test === 'NONE' ? ['NONE'] : healthTest(test.slice('CMD'.length).trim()),
    ...(seconds('interval') ? { Interval: seconds('interval') } : {}),
    ...(seconds('timeout') ? { Timeout: seconds('timeout') } : {}),
    ...(retries ? { Retries: retries } : {}),
  };
}

function healthTest(command: string): string[] {
  return command.startsWith('[') ? ['CMD', ...list(command)] : ['CMD-SHELL', command];
}

function list(text: string): string[] {
  return text.startsWith('[') ? (JSON.parse(text) as string[]) : ['/bin/sh', '-c', text];
}

function exposed(port: string): [string, object] {
  return [port.includes('/') ? port : `${port}/tcp`, {}];
}

function pairs(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(words.map(unquoted).map((word) => [word.replace(/=.*$/, ''), word.replace(/^[^=]*=/, '')]));
}

function unquoted(word: string): string {
  return word.replace(/^([^=]*=)"(.*)"$/, '$1$2');
}
