import { newestFirst } from '../../release/choose-release.ts';
import { revisionText } from '../../model/revision-text.ts';
import { printable } from '../../model/printable.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../errors.ts';
import { hintedCommand } from '../hinted-command.ts';
import { styled } from '../output.ts';
import { localTime } from '../../status/times.ts';
import { openPushPlace } from './place.ts';

export const command: Command = async ({ settings, output, errors, environment }) => {
  const { releases, git, operator } = await openPushPlace(settings, systemClock, { environment, inHook: false });
  const { branch } = settings.push;
  const [all, current, tip, status] = await Promise.all([
    releases.list(),
    releases.current(),
    git.commit(`refs/heads/${branch}`),
    operator.status(),
  ]);
  const running = status.type === 'answer' ? status.value.revision : null;
  const list = newestFirst(all).map(({ commit, record }) => ({
    commit,
    current: commit === current,
    running: commit === running,
    deployedAt: record?.deployedAt ?? null,
    // Whoever may push may write the record.
    subject: printable(record?.subject ?? '', 200),
    author: printable(record?.author ?? '', 100),
  }));
  if (settings.json) {
    output.write(`${JSON.stringify({ branch, tip: tip ?? null, releases: list }, undefined, 2)}\n`);
    return EXIT.done;
  }
  if (list.length === 0) output.write('no releases yet\n');
  for (const { commit, current: isCurrent, deployedAt, subject, author } of list) {
    const sign = isCurrent ? styled(output, 'green', '*') : ' ';
    const time = deployedAt === null ? '' : localTime(deployedAt);
    output.write(`${sign} ${commit.slice(0, 12)}  ${styled(output, 'dim', time)}  ${subject} (${author})\n`);
  }
  if (tip !== undefined && current !== undefined && tip !== current)
    errors.write(
      `${styled(errors, 'yellow', '!')} ${branch} is at ${tip.slice(0, 12)}, which is not current; to bring it live: ${hintedCommand(`rollback ${branch}`, settings.given)}\n`,
    );
  if (running !== null && running !== current)
    errors.write(`${styled(errors, 'yellow', '!')} the operator still has ${revisionText(running)}\n`);
  return EXIT.done;
};
