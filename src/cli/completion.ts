import {Argument, Command} from 'commander';
import type {Terminal} from '../app/terminal.js';
import {candidates} from './complete.js';
import {completionScript, type Shell, shells} from './completion-script.js';

/** `sidestep completion bash|zsh|fish`; the scripts call `sidestep completion words -- …` for every Tab. */
export function completionCommand(terminal: Terminal): Command {
  return new Command('completion')
    .description(
      'Print a script that teaches your shell to complete sidestep: commands, options, stages, presets, files.',
    )
    .addArgument(new Argument('<shell>', 'which shell').choices([...shells, 'words']))
    .argument('[words...]', 'what has been typed, for the scripts')
    .addHelpText('after', EXAMPLES)
    .action(async (shell: Shell | 'words', words: readonly string[]) => {
      if (shell === 'words') {
        const found = await candidates(terminal, words);
        terminal.stdout.write(found.map((candidate) => `${candidate}\n`).join(''));
      } else terminal.stdout.write(completionScript(shell));
      terminal.leave(0);
    });
}

const EXAMPLES = `
Examples:
  $ sidestep completion bash >> ~/.bashrc
  $ sidestep completion zsh > "\${fpath[1]}/_sidestep"
  $ sidestep completion fish > ~/.config/fish/completions/sidestep.fish`;
