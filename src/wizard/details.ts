/** Stages of the pipeline that the wizard writes, and their types. */
export const stageTypeOf = {
  model: 'scan',
  songs: 'dataset',
  latents: 'preprocess.pass1',
  conditions: 'preprocess.pass2',
  sensitivity: 'estimate',
  train: 'train',
  export: 'export',
} as const;

export type StageKey = keyof typeof stageTypeOf;

/** A parameter of one of those stages, in the words of `--set`: `train.adapter.rank`. */
export type DetailId = `${StageKey}.${string}`;
export type GroupId = `group.${string}`;

/** Parameters that are decided together: one step of the advanced part, which can be skipped as a whole. */
export interface DetailGroup {
  readonly id: GroupId;
  readonly title: string;
  readonly details: readonly DetailId[];
}

/**
 * What the advanced part asks. Only the choice of parameters is made here: what each means, which values it takes, and
 * which adapter, optimizer or schedule has it come from the schemas.
 */
export const detailGroups: readonly DetailGroup[] = [
  {
    id: 'group.measure',
    title: 'Measuring',
    details: [
      'sensitivity.batches',
      'sensitivity.top_k',
      'sensitivity.fisher.runs',
      'sensitivity.fisher.min_rank',
      'sensitivity.fisher.max_rank',
    ],
  },
  {
    id: 'group.adapter',
    title: 'Adapter shape',
    details: [
      'train.adapter.full_matrix',
      'train.adapter.rank',
      'train.adapter.alpha',
      'train.adapter.rs_lora',
      'train.adapter.dropout',
      'train.adapter.factor',
      'train.adapter.decompose_both',
      'train.adapter.use_tucker',
      'train.adapter.use_scalar',
      'train.adapter.weight_decompose',
      'train.adapter.block_size',
      'train.adapter.block_share',
      'train.adapter.coft',
      'train.adapter.eps',
    ],
  },
  {
    id: 'group.modules',
    title: 'Modules',
    details: [
      'train.adapter.scope',
      'train.adapter.target_modules',
      'train.adapter.attention_type',
      'train.adapter.target_mlp',
    ],
  },
  {
    id: 'group.optimizer',
    title: 'Optimizer',
    details: [
      'train.optimizer.type',
      'train.optimizer.learning_rate',
      'train.optimizer.d_coef',
      'train.optimizer.weight_decay',
    ],
  },
  {
    id: 'group.schedule',
    title: 'Schedule',
    details: ['train.schedule.type', 'train.schedule.n_restarts', 'train.schedule.warmup_steps'],
  },
  {
    id: 'group.method',
    title: 'Method',
    details: ['train.mode', 'train.cfg_dropout', 'train.loss_weighting'],
  },
  {
    id: 'group.length',
    title: 'Length',
    details: ['train.epochs', 'train.batch_size', 'train.gradient_accumulation_steps', 'train.seed'],
  },
  {
    id: 'group.checkpoints',
    title: 'Checkpoints',
    details: [
      'train.checkpoint.every_epochs',
      'train.checkpoint.keep_last',
      'train.checkpoint.keep_best',
      'train.validation.fraction',
      'train.validation.every_epochs',
      'train.early_stop.patience',
    ],
  },
  {
    id: 'group.memory',
    title: 'Memory saving',
    details: [
      'train.base_precision',
      'train.gradient_checkpointing.enabled',
      'train.gradient_checkpointing.ratio',
      'train.gradient_checkpointing.offload',
    ],
  },
  {
    id: 'group.songs',
    title: 'Song options',
    details: [
      'latents.max_duration',
      'train.crop.chunk_duration',
      'latents.normalize',
      'songs.tag_position',
      'songs.genre_ratio',
    ],
  },
];

export function isGroupId(id: string): id is GroupId {
  return id.startsWith('group.');
}

export function isDetailId(id: string): id is DetailId {
  const [stage, ...rest] = id.split('.');
  return rest.length > 0 && Object.hasOwn(stageTypeOf, stage!);
}

/** The stage of a detail, and the path of its parameter there. */
export function placeOf(id: DetailId): {readonly stage: StageKey; readonly path: string} {
  const dot = id.indexOf('.');
  return {stage: id.slice(0, dot) as StageKey, path: id.slice(dot + 1)};
}
