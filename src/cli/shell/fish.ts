import type { ShellCommand, ShellFlag, ShellGrammar } from './grammar.ts';
import type { Offer } from './offers.ts';

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** What may stand at a place, as arguments of `complete`; words and substitutions of fish in one list. */
function candidates(offers: readonly Offer[]): string {
  const words = offers.map((offer) => {
    if (offer.type === 'words') return offer.words.join(' ');
    if (offer.type === 'directories') return '(__fish_complete_directories (commandline -ct))';
    if (offer.type === 'files') return '(__fish_complete_path (commandline -ct))';
    return offer.type === 'keys' ? '(__bastion_names)' : `(__bastion_names ${offer.kind})`;
  });
  return words.length === 0 ? '' : ` -a ${quoted(words.join(' '))}`;
}

function flagLine(command: string, { name, short, help, value, offers }: ShellFlag): string {
  const letter = short === undefined ? '' : ` -s ${short}`;
  const argument = value === undefined ? '' : ` -x${candidates(offers)}`;
  return `complete -c bastion -n '__bastion_in ${command}' -l ${name}${letter}${argument} -d ${quoted(help)}`;
}

function linesOf({ name, summary, positions, flags }: ShellCommand): string[] {
  return [
    `complete -c bastion -n __bastion_first -a ${name} -d ${quoted(summary)}`,
    ...positions.flatMap(({ offers, placeholder }, index) =>
      offers.length === 0
        ? []
        : [`complete -c bastion -n '__bastion_at ${name} ${index + 1}'${candidates(offers)} -d ${quoted(placeholder)}`],
    ),
    ...flags.map((flag) => flagLine(name, flag)),
  ];
}

/** The completion of fish. */
export function fishCompletion({ commands, flags, places }: ShellGrammar): string {
  const valued = flags.flatMap(({ name, short, value }) =>
    value === undefined ? [] : short === undefined ? [`--${name}`] : [`-${short}`, `--${name}`],
  );
  return `# fish completion of bastion; printed by: bastion completion fish

function __bastion_first
    test (count (commandline -opc)) -eq 1
end

function __bastion_in --argument-names wanted
    set -l words (commandline -opc)
    test (count $words) -gt 1; and test "$words[2]" = $wanted
end

# Whether the word that is typed is the argument of this number of this command.
function __bastion_at --argument-names wanted number
    __bastion_in $wanted; or return
    set -l words (commandline -opc)
    set -l position 1
    set -l skip 0
    for word in $words[3..-1]
        if test $skip -eq 1
            set skip 0
        else if contains -- $word ${valued.join(' ')}
            set skip 1
        else if not string match -q -- '-*' $word
            set position (math $position + 1)
        end
    end
    test $skip -eq 0; and test $position -eq $number
end

# Kind/name of all resources, or the names of a kind; asked of the places that the line names.
function __bastion_names
    set -l words (commandline -opc)
    set -l places
    set -l flag
    for word in $words[3..-1]
        if test -n "$flag"
            set -a places $flag $word
            set flag
        else if contains -- $word ${places.join(' ')}
            set flag $word
        else if contains -- (string replace -r '=.*' '' -- $word) ${places.join(' ')}
            set -a places $word
        end
    end
    $words[1] completion names $argv $places 2>/dev/null </dev/null
end

complete -c bastion -f
complete -c bastion -n __bastion_first -s h -l help -d 'show help'
complete -c bastion -n __bastion_first -s V -l version -d 'show the version'
${commands.flatMap(linesOf).join('\n')}
`;
}
