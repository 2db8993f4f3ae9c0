import {unreachable} from '../base/unreachable.js';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/**
 * The script for one shell. All three ask `sidestep completion words -- WORD…` (the words after `sidestep`, the last one
 * unfinished) and fall back to file names, so that they never grow old.
 */
export function completionScript(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return BASH;
    case 'zsh':
      return ZSH;
    case 'fish':
      return FISH;
    default:
      return unreachable(shell);
  }
}

// COMP_WORDBREAKS cuts at `=`, which stage ids (`train[rank=8]`) and --set hold: the line is cut at spaces instead.
const BASH = `# bash completion for sidestep
_sidestep() {
  local line="\${COMP_LINE:0:COMP_POINT}" words cur candidate cut
  read -r -a words <<< "$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  cur="\${words[-1]}"
  cut=""
  [[ "$cur" == *[=:]* ]] && cut="\${cur%"\${cur##*[=:]}"}"
  COMPREPLY=()
  while IFS= read -r candidate; do
    [[ "$candidate" == "$cur"* ]] && COMPREPLY+=("\${candidate#"$cut"}")
  done < <(sidestep completion words -- "\${words[@]:1}" 2>/dev/null)
  [[ "\${COMPREPLY[*]}" == *[=/] ]] && compopt -o nospace 2>/dev/null
}
complete -o default -F _sidestep sidestep
`;

const ZSH = `#compdef sidestep
# zsh completion for sidestep
_sidestep() {
  local -a candidates
  candidates=("\${(@f)$(sidestep completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  candidates=("\${(@)candidates:#}")
  if (( \${#candidates} )); then
    compadd -S '' -- "\${(@M)candidates:#*[=/]}"
    compadd -- "\${(@)candidates:#*[=/]}"
  else
    _files
  fi
}
if [ "$funcstack[1]" = "_sidestep" ]; then
  _sidestep "$@"
else
  compdef _sidestep sidestep
fi
`;

const FISH = `# fish completion for sidestep
function __sidestep_words
    set -l words (commandline -opc) (commandline -ct)
    sidestep completion words -- $words[2..-1] 2>/dev/null
end
complete -c sidestep -f -a '(__sidestep_words)'
complete -c sidestep -n 'test (count (__sidestep_words)) -eq 0' -F
`;
