import { parseKey } from '../model/key.ts';
import { systemClock } from '../runtime/clock.ts';
import { certsText } from './certs-text.ts';
import type { Command, CommandContext } from './command.ts';
import { AUTHORITY_ROTATES, askRenewal } from './control-client.ts';
import { CommandError, EXIT, UsageError } from './errors.ts';
import { obtainStatus } from './obtain-status.ts';
import { withHints } from './with-hints.ts';

async function show({ settings, output }: CommandContext): Promise<number> {
  const { certificates, running, engine } = await obtainStatus(settings, systemClock, { dial: true });
  if (!running && !engine.reachable)
    throw new CommandError(`no operator runs and the engine cannot be asked: ${engine.message}`);
  if (settings.json) output.write(`${JSON.stringify({ running, certificates }, undefined, 2)}\n`);
  else {
    const text = certificates.length === 0 ? 'no certificates\n' : certsText(certificates, output, systemClock.now());
    withHints(output, settings.given).write(text);
    if (!running) output.write('the operator is not running; this was looked at just now\n');
  }
  return EXIT.done;
}

/** `web` or `Certificate/web` to the name. */
function certificateName(text: string): string {
  const parsed = parseKey(text);
  if (parsed === undefined) return text;
  if (parsed.kind === 'Certificate') return parsed.name;
  const why = parsed.kind === 'CertificateAuthority' ? AUTHORITY_ROTATES : 'only a Certificate is';
  throw new UsageError(`${text} cannot be renewed: ${why}`);
}

async function renew({ settings, output }: CommandContext, text: string): Promise<number> {
  const name = certificateName(text);
  const key = `Certificate/${name}`;
  if (!(await askRenewal(settings.stateDirectory, name)))
    throw new CommandError(
      `no operator runs on ${settings.stateDirectory} that could renew ${key}; start it with bastion run, or name its state directory with --state`,
    );
  if (settings.json) output.write(`${JSON.stringify({ key, asked: true }, undefined, 2)}\n`);
  else
    withHints(output, settings.given).write(
      `${key} is renewed now: a new key and certificate go live together, its consumers are told,
and then dialled until they serve it. An authority without a key here is asked to sign
first, and gates and holds stay as they are: bastion status says what it waits for.
Follow it with: bastion certs; what ran: bastion history ${key}\n`,
    );
  return EXIT.done;
}

export const command: Command = async (context) => {
  const [what, name] = context.positionals;
  if (what === undefined) return show(context);
  if (what !== 'renew') throw new UsageError(`unknown argument ${what}; did you mean bastion certs renew ${what}?`);
  if (name === undefined) throw new UsageError('renew which certificate? For example: bastion certs renew web');
  return renew(context, name);
};
