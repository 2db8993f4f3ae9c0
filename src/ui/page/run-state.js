import {advance, asked, newProgress} from '../../render/progress.js';

/** All that the events of a run say, folded one by one with the terminal's own code. */
export function newRunState() {
  return {
    started_at: undefined,
    ended_at: undefined,
    outcome: undefined,
    /** `graceful` or `force`, once somebody asked. */
    stopping: undefined,
    stages: new Map(),
    warnings: [],
    trainings: new Map(),
    clips: 0,
  };
}

export function fold(state, event) {
  switch (event.kind) {
    case 'run_started':
      state.started_at = event.at;
      for (const {stage, uses, verdict} of event.stages)
        state.stages.set(stage, {stage, uses, verdict, progress: newProgress(stage), result: undefined});
      return;
    case 'run_finished':
      state.ended_at = event.at;
      state.outcome = event.outcome;
      for (const result of event.results) finish(state, result);
      return;
    case 'stop_requested':
      state.stopping = event.how;
      for (const stage of state.stages.values())
        if (stage.progress.state === 'running') stage.progress = asked(stage.progress, event.how);
      return;
    case 'warning':
      state.warnings.push(event.problem);
      return;
    case 'object_evicted':
      return;
    default:
      foldStage(state, event);
  }
}

function foldStage(state, event) {
  const stage = state.stages.get(event.stage);
  if (stage === undefined) return;
  stage.progress = advance(stage.progress, event, event.at);
  if (event.kind === 'stage_finished') finish(state, event.result);
  if (event.kind === 'stage_warning') state.warnings.push(event.problem);
  if (event.kind === 'clip_made') state.clips += 1;
  if (event.kind === 'step_finished') {
    const {gradient_norm, ...point} = event;
    training(state, event.stage).points.push({...point, grad_norm: gradient_norm});
  }
  if (event.kind === 'validation_finished') training(state, event.stage).validation.push(event);
  if (event.kind === 'memory' && event.optimizer_bytes !== undefined)
    training(state, event.stage).memory = event;
}

function finish(state, result) {
  const stage = state.stages.get(result.stage);
  if (stage !== undefined) stage.result = result;
}

function training(state, stage) {
  const known = state.trainings.get(stage) ?? {stage, memory: null, points: [], validation: []};
  state.trainings.set(stage, known);
  return known;
}

/**
 * The curves of a run: what its finished trainings recorded, and behind that what events say. A training that went on from an
 * earlier run has its first steps only there.
 */
export function trainingsOf(state, recorded) {
  const names = [...new Set([...recorded.map(({stage}) => stage), ...state.trainings.keys()])];
  return names.map((stage) => {
    const none = {memory: null, points: [], validation: []};
    const kept = recorded.find((training) => training.stage === stage) ?? none;
    const live = state.trainings.get(stage) ?? none;
    return {
      stage,
      memory: live.memory ?? kept.memory,
      points: joined(kept.points, live.points),
      validation: joined(kept.validation, live.validation),
    };
  });
}

function joined(kept, live) {
  const last = kept.at(-1)?.global_step ?? -1;
  return [...kept, ...live.filter(({global_step}) => global_step > last)];
}
