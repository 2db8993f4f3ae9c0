import type {StageId} from '../base/stage-id.js';
import {isFailure} from './outcome-text.js';
import type {Renderer} from './renderer.js';
import type {TextOutput} from './text-output.js';

/**
 * The lines of each stage as a group of GitHub's log, which folds. Groups cannot be in one another: the stage that began first
 * writes as it goes, those beside it wait until it has ended. What failed is below its group, where no fold hides it.
 */
export function githubGroups(output: TextOutput, linesOn: (output: TextOutput) => Renderer): Renderer {
  let said = '';
  const listener = (text: string): void => {
    said += text;
  };
  const lines = linesOn({columns: output.columns, write: listener});
  const groups = new Map<StageId, Group>();
  let open: StageId | undefined;
  const begin = (stage: StageId, {text}: Group): void => {
    output.write(`::group::${stage}\n${text}`);
    open = stage;
  };
  const end = (stage: StageId, {below}: Group): void => {
    output.write(`::endgroup::\n${below}`);
    open = undefined;
    groups.delete(stage);
  };
  const next = (): void => {
    while (open === undefined && groups.size > 0) {
      const ended = [...groups].find(([, {state}]) => state === 'ended');
      const [stage, group] = ended ?? [...groups][0]!;
      begin(stage, group);
      if (group.state === 'ended') end(stage, group);
    }
  };
  return {
    show: (event, at) => {
      said = '';
      lines.show(event, at);
      const text = said;
      if (!('stage' in event) || event.kind === 'warning' || event.stage === undefined) {
        output.write(text);
        return;
      }
      const {stage} = event;
      const known = groups.get(stage);
      if (known === undefined && event.kind === 'stage_finished') {
        output.write(text); // it had nothing to say on the way
        return;
      }
      const failed = event.kind === 'stage_finished' && isFailure(event.result);
      const group: Group = {
        text: `${known?.text ?? ''}${failed ? '' : text}`,
        below: failed ? text : '',
        state: event.kind === 'stage_finished' ? 'ended' : 'running',
      };
      groups.set(stage, group);
      if (open === stage) output.write(failed ? '' : text);
      if (open === stage && group.state === 'ended') end(stage, group);
      next();
    },
    close: async () => {
      await lines.close();
      for (const [stage, group] of groups) {
        if (open !== stage) begin(stage, group);
        end(stage, group);
      }
    },
  };
}

interface Group {
  /** All that was said so far. */
  readonly text: string;
  /** To be said after the group. */
  readonly below: string;
  readonly state: 'running' | 'ended';
}
