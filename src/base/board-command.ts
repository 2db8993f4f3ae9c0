import {shellWord} from './shell-word.js';

/** Shows the curves in a folder of TensorBoard's; to be pasted into a shell, whatever is in the path. */
export function boardCommand(folder: string): string {
  return `tensorboard --logdir ${shellWord(folder)}`;
}
