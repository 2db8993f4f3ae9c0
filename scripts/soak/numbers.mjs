// The whole job in miniature, with every number in it that a person would change between two runs.

/** What each number may be. No combination is refused: it is the runs that are tried here, not the reading of files. */
export const NUMBERS = {
  'tiny.clips': [2, 3],
  'tiny.clip_duration': [1, 2],
  'latents.max_duration': [1, 240],
  'train.adapter.type': ['lora', 'dora', 'lokr', 'loha'],
  'train.adapter.rank': [2, 3, 4],
  'train.adapter.alpha': [2, 4],
  'train.adapter.dropout': [0, 0.1],
  'train.epochs': [1, 2, 3, 5, 8],
  'train.max_steps': [1000, 4],
  'train.batch_size': [1, 2],
  'train.seed': [1, 2],
  'train.gradient_accumulation_steps': [1, 2],
  'train.optimizer.type': ['adamw', 'adamw8bit', 'adafactor', 'prodigy'],
  'train.optimizer.learning_rate': [1e-4, 3e-4, 1e-3],
  'train.optimizer.weight_decay': [0.01, 0.1],
  'train.schedule.type': ['constant', 'constant_with_warmup', 'cosine', 'cosine_restarts', 'linear'],
  'train.schedule.warmup_steps': [0, 1],
  'train.ema_decay': [0, 0.5],
  'train.validation.fraction': [0, 0.34],
  'train.checkpoint.every_epochs': [1, 2],
  'train.checkpoint.every_steps': [0, 3],
  'train.checkpoint.keep_last': [1, 2],
  'train.checkpoint.keep_best': [1, 0],
  'train.early_stop.patience': [0, 2],
  'train.cfg_dropout': [0.15, 0],
  'export.scale': ['auto', 'baked'],
};

/** What a file alone may say: with another kind of adapter come other keys and other layouts. */
const OF_FILES = new Set(['train.adapter.type', 'train.adapter.dropout']);

/** Numbers that an experiment tries; the others would be other songs, another model or another kind of adapter. */
export const TRIED = Object.keys(NUMBERS).filter((path) => path.startsWith('train.') && !OF_FILES.has(path));

/** Each at its first value, and a training long enough to be stopped in. */
export function firstNumbers() {
  const first = Object.fromEntries(Object.entries(NUMBERS).map(([path, [value]]) => [path, value]));
  return {...first, 'train.epochs': 3};
}

export function pipelineWith(numbers) {
  const stages = {
    tiny: {uses: 'fixture', with: {model: 'turbo', hidden_size: 32}},
    model: {uses: 'scan', with: {checkpoint_dir: '${stages.tiny.checkpoint_dir}', model: 'turbo'}},
    songs: {
      uses: 'dataset',
      with: {audio_dir: '${stages.tiny.audio_dir}', dataset_json: '${stages.tiny.dataset_json}'},
    },
    latents: {uses: 'preprocess.pass1', with: {model: '${stages.model}', dataset: '${stages.songs}'}},
    conditions: {uses: 'preprocess.pass2', with: {model: '${stages.model}', latents: '${stages.latents}'}},
    train: {
      uses: 'train',
      with: {
        model: '${stages.model}',
        tensors: '${stages.conditions}',
        adapter: {type: 'lora'},
        logging: {log_every: 1, tensorboard: false},
        output_dir: 'adapters/train',
      },
    },
    export: {
      uses: 'export',
      with: {adapter: '${stages.train}', formats: ['peft', 'comfyui'], output_dir: 'exported'},
    },
  };
  for (const [path, value] of Object.entries(numbers)) put(stages, path.split('.'), value);
  if (['lokr', 'loha'].includes(numbers['train.adapter.type'])) {
    delete stages.train.with.adapter.dropout;
    stages.export.with.formats[0] = 'lycoris';
  }
  return `${JSON.stringify({sidestep: 1, name: 'walk', defaults: {device: 'cpu', seed: 42}, stages}, null, 1)}\n`;
}

function put(stages, [stage, ...keys], value) {
  const last = keys.pop();
  const place = keys.reduce((object, key) => (object[key] ??= {}), stages[stage].with);
  place[last] = value;
}
