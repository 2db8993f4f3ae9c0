import type {Fingerprint} from '../../src/base/hash.js';
import {type StageId, stageId} from '../../src/base/stage-id.js';
import type {Plan, PlannedStage, Verdict} from '../../src/plan/plan.js';
import {command} from '../../src/stage/command.js';

/** A planned stage in one line: what a view does not look at is filled in. */
export function planned(
  id: string,
  verdict: Verdict,
  edges: {reads?: readonly string[]; waits_for?: readonly string[]; last_duration_ms?: number} = {},
): PlannedStage {
  const ids = (names: readonly string[] = []): StageId[] => names.map(stageId);
  return {
    id: stageId(id),
    type: command,
    configured: {
      id: stageId(id),
      declared_as: id.replace(/\[.*/, ''),
      matrix: undefined,
      uses: 'command',
      params: {},
      positions: {},
      ineffective: [],
      position: {file: 'p.yaml', line: 3, column: 5},
      needs: [],
      when: {kind: 'run'},
      resources: {device: 'auto', precision: 'auto', threads: undefined},
      retries: 0,
      timeout_s: undefined,
      cache: 'use',
      on_error: 'fail',
      description: undefined,
    },
    reads: ids(edges.reads),
    waits_for: ids(edges.waits_for),
    references: {},
    fingerprint: verdict.kind === 'cached' ? ('a'.repeat(64) as Fingerprint) : undefined,
    parts: undefined,
    resume_group: undefined,
    verdict,
    outputs: undefined,
    last_duration_ms: edges.last_duration_ms,
  };
}

export function planOf(...stages: readonly PlannedStage[]): Plan {
  return {pipeline: 'blues', stages, problems: []};
}

export const cached: Verdict = {kind: 'cached', saved_ms: 62_000};
export const neverRun: Verdict = {
  kind: 'stale',
  reasons: [{kind: 'never_run'}],
  samples: undefined,
  start: {kind: 'beginning'},
};
