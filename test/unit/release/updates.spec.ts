import { expect } from 'chai';
import { parseUpdates, refuseRewrite, refuseUpdates } from '../../../src/release/ref-updates.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const NOTHING = '0'.repeat(40);

describe('what a push updates', () => {
  it('is read as git hands it to a hook', () => {
    expect(parseUpdates(`${A} ${B} refs/heads/main\n${NOTHING} ${B} refs/heads/a b\n`)).to.deep.equal([
      { before: A, after: B, ref: 'refs/heads/main' },
      { before: NOTHING, after: B, ref: 'refs/heads/a b' },
    ]);
  });

  it('is taken when it moves or makes the branch', () => {
    expect(refuseUpdates([{ before: A, after: B, ref: 'refs/heads/main' }], 'main')).to.deep.equal([]);
    expect(refuseUpdates([{ before: NOTHING, after: B, ref: 'refs/heads/main' }], 'main')).to.deep.equal([]);
  });

  const refused = {
    'another branch': [{ before: NOTHING, after: B, ref: 'refs/heads/trial' }, 'git push bastion HEAD:live'],
    'a branch that only ends as ours': [
      { before: NOTHING, after: B, ref: 'refs/heads/x/live' },
      'git push bastion HEAD:live',
    ],
    'a tag': [{ before: NOTHING, after: B, ref: 'refs/tags/live' }, 'push without --tags'],
    'notes, or whatever else': [{ before: NOTHING, after: B, ref: 'refs/notes/commits' }, 'git push bastion HEAD:live'],
    'a deletion of the branch': [{ before: A, after: NOTHING, ref: 'refs/heads/live' }, 'bastion rollback'],
    'a deletion of another': [{ before: A, after: NOTHING, ref: 'refs/heads/trial' }, 'only live is taken here'],
  } as const;
  for (const [what, [update, hint]] of Object.entries(refused))
    it(`is refused for ${what}, with what to do instead`, () => {
      const reasons = refuseUpdates([update], 'live');
      expect(reasons).to.have.length(1);
      expect(reasons[0]).to.contain(hint);
    });

  it('is refused as a whole when one of several is not ours', () => {
    const updates = [
      { before: A, after: B, ref: 'refs/heads/main' },
      { before: NOTHING, after: B, ref: 'refs/tags/v1' },
    ];
    expect(refuseUpdates(updates, 'main')).to.have.length(1);
  });
});

describe('a push that drops commits', () => {
  const push = { branch: 'main', dropped: ['abc1234 the work of a week'], isAllowed: false, isStart: false };

  it('is refused with the commits that would be lost, and the way out', () => {
    expect(refuseRewrite(push)).to.match(
      /drop a commit of main:\s+abc1234 the work of a week\s+git pull --rebase bastion main/,
    );
  });

  it('names five of many', () => {
    const reason = refuseRewrite({ ...push, dropped: Array.from({ length: 8 }, (_, index) => `c${index} x`) });
    expect(reason)
      .to.match(/8 commits of main(.|\n)*c4 x\n +and 3 more/)
      .and.not.contain('c5');
  });

  it('is taken when it drops none, when that is allowed, or when it replaces what bastion init began with', () => {
    expect(refuseRewrite({ ...push, dropped: [] })).to.equal(undefined);
    expect(refuseRewrite({ ...push, isAllowed: true })).to.equal(undefined);
    expect(refuseRewrite({ ...push, isStart: true })).to.equal(undefined);
  });
});
