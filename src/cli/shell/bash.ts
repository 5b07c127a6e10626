import type { Offer } from './offers.ts';
import type { ShellFlag, ShellGrammar } from './grammar.ts';

/** An offer as an argument of `_bastion_offer`. None of the words holds a space or a quote. */
function argument(offer: Offer): string {
  if (offer.type === 'words') return `'words ${offer.words.join(' ')}'`;
  return offer.type === 'names' ? `'names ${offer.kind}'` : offer.type;
}

function offering(offers: readonly Offer[]): string {
  return offers.length === 0 ? 'return 0' : `_bastion_offer ${offers.map(argument).join(' ')}`;
}

function spellings({ name, short }: ShellFlag): string[] {
  return short === undefined ? [`--${name}`] : [`-${short}`, `--${name}`];
}

/**
 * The completion of bash (4 or later). It stands alone: the package bash-completion only loads it when it is needed. The
 * line is split anew, because bash itself breaks words at `=` and `:`, which flags and image names hold.
 */
export function bashCompletion({ commands, flags, places }: ShellGrammar): string {
  const valued = flags.filter(({ value }) => value !== undefined);
  const values = valued.map((flag) => `    ${spellings(flag).join(' | ')}) ${offering(flag.offers)} ;;`);
  const positions = commands.flatMap(({ name, positions: all }) =>
    all.flatMap(({ offers }, index) =>
      offers.length === 0 ? [] : [`    '${name} ${index + 1}') ${offering(offers)} ;;`],
    ),
  );
  const switches = commands.map(
    ({ name, flags: all }) => `    ${name}) printf '%s ' ${all.map((flag) => `--${flag.name}`).join(' ')} ;;`,
  );
  return `# bash completion of bastion; printed by: bastion completion bash

_bastion_add() {
  local word
  while IFS= read -r word; do
    [[ $word == "$cur"* ]] && COMPREPLY+=("$word")
  done
}

# What may stand here: directories, files, keys, 'names KIND' or 'words ...'.
_bastion_offer() {
  local offer
  for offer in "$@"; do
    case $offer in
      directories | files)
        compopt -o filenames 2>/dev/null
        if [[ $offer == files ]]; then _bastion_add < <(compgen -f -- "$cur"); else _bastion_add < <(compgen -d -- "$cur"); fi
        ;;
      keys) _bastion_add < <("$program" completion names "\${places[@]}" 2>/dev/null </dev/null) ;;
      'names '*) _bastion_add < <("$program" completion names "\${offer#names }" "\${places[@]}" 2>/dev/null </dev/null) ;;
      'words '*) _bastion_add < <(printf '%s\\n' \${offer#words }) ;;
    esac
  done
}

_bastion_value() {
  case $1 in
${values.join('\n')}
    *) return 1 ;;
  esac
}

_bastion_position() {
  case $1 in
${positions.join('\n')}
  esac
}

_bastion_flags() {
  case $1 in
${switches.join('\n')}
  esac
}

_bastion() {
  local line=\${COMP_LINE:0:COMP_POINT} cur previous command program word
  local -a words places=()
  local index position=1
  # A backslash keeps a space in its word, as it does for the shell.
  IFS=$' \\t' read -a words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  program=\${words[0]/#\\~\\//$HOME/}
  cur=\${words[-1]}
  COMPREPLY=()
  if ((\${#words[@]} < 2)); then return; fi
  if ((\${#words[@]} == 2)); then
    _bastion_offer 'words ${[...commands.map(({ name }) => name), '--help', '--version'].join(' ')}'
    return
  fi
  command=\${words[1]}
  for ((index = 2; index < \${#words[@]} - 1; index++)); do
    word=\${words[index]}
    case $word in
      ${places.map((place) => `${place}=*`).join(' | ')}) places+=("$word") ;;
      ${places.join(' | ')})
        ((index += 1))
        ((index < \${#words[@]} - 1)) && places+=("$word" "\${words[index]}")
        ;;
      ${valued
        .flatMap(spellings)
        .filter((spelling) => !places.includes(spelling))
        .join(' | ')}) ((index += 1)) ;;
      -*) ;;
      *) ((position += 1)) ;;
    esac
  done
  previous=\${words[-2]}
  if [[ $cur == --*=* ]]; then
    previous=\${cur%%=*}
    cur=\${cur#*=}
    _bastion_value "$previous"
  elif ((\${#words[@]} > 3)) && _bastion_value "$previous"; then
    :
  elif [[ $cur == -* ]]; then
    _bastion_offer "words $(_bastion_flags "$command")"
  else
    _bastion_position "$command $position"
  fi
  # Bash replaces only what follows the last colon.
  if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
    local before=\${cur%"\${cur##*:}"}
    for index in "\${!COMPREPLY[@]}"; do COMPREPLY[index]=\${COMPREPLY[index]#"$before"}; done
  fi
}

complete -F _bastion bastion
`;
}
