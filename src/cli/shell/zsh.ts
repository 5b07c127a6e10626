import type { ShellCommand, ShellFlag, ShellGrammar } from './grammar.ts';
import type { Offer } from './offers.ts';

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Text inside a spec of `_arguments`, where colons and brackets separate. */
function described(text: string): string {
  return text.replaceAll(/[\\:[\]]/g, '\\$&');
}

function action(offers: readonly Offer[]): string {
  const actions = offers.map((offer) => {
    if (offer.type === 'words') return `_bastion_words ${offer.words.join(' ')}`;
    if (offer.type === 'directories') return '_bastion_files -/';
    if (offer.type === 'files') return '_bastion_files';
    return offer.type === 'keys' ? '_bastion_names' : `_bastion_names ${offer.kind}`;
  });
  // A blank before an action: the function is called with these words alone.
  if (actions.length === 1) return ` ${actions[0]}`;
  return actions.length === 0 ? ' ' : `{${actions.join('; ')}}`;
}

function flagSpecs({ name, short, help, value, offers }: ShellFlag): string[] {
  const text = `[${described(help)}]`;
  const rest = value === undefined ? text : `=${text}:${described(value)}:${action(offers)}`;
  const long = quoted(`--${name}${rest}`);
  if (short === undefined) return [long];
  // One of both spellings is enough.
  const other = value === undefined ? text : `+${text}:${described(value)}:${action(offers)}`;
  return [quoted(`(-${short})--${name}${rest}`), quoted(`(--${name})-${short}${other}`)];
}

function branch({ name, positions, flags }: ShellCommand): string {
  const specs = [
    ...flags.flatMap(flagSpecs),
    ...positions.map(({ placeholder, offers }, index) =>
      quoted(`${index + 1}:${described(placeholder)}:${action(offers)}`),
    ),
  ];
  return `    ${name})\n      _arguments -s ${specs.map((spec) => `\\\n        ${spec}`).join(' ')} && result=0\n      ;;`;
}

/** The completion of zsh, as a file `_bastion` on its function path. */
export function zshCompletion({ commands, places }: ShellGrammar): string {
  const list = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary.replaceAll(':', '\\:')}`)}`);
  return `#compdef bastion
# zsh completion of bastion; printed by: bastion completion zsh

_bastion_words() { compadd -- "$@" }

_bastion_files() { _files "$@" }

# Kind/name of all resources, or the names of a kind; asked of the places that the line names.
_bastion_names() {
  local place
  local -a places names
  for place in ${places.join(' ')}; do
    (( $+opt_args[$place] )) && places+=($place \${(Q)opt_args[$place]})
  done
  names=(\${(f)"$(_call_program names \${(q)program} completion names $1 \${(q)places} 2>/dev/null)"})
  compadd -- $names
}

_bastion() {
  local context state state_descr line result=1 program=\${(Q)words[1]}
  typeset -A opt_args
  local -a commands=(
${list.join('\n')}
  )
  _arguments -C '(- *)'{-h,--help}'[show help]' '(- *)'{-V,--version}'[show the version]' '1: :->command' '*:: :->arguments' && result=0
  if [[ $state == command ]]; then
    _describe -t commands command commands && result=0
    return result
  fi
  [[ $state == arguments ]] || return result
  case $words[1] in
${commands.map(branch).join('\n')}
  esac
  return result
}

if [[ $funcstack[1] == _bastion ]]; then
  _bastion "$@"
else
  compdef _bastion bastion
fi
`;
}
