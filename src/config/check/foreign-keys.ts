/**
 * Keys of other trainers (PEFT and transformers, kohya's sd-scripts, ai-toolkit, Axolotl, Side-Step) and what they are
 * here. None is accepted; they make the answer to an unknown key useful. A place is a stage type, or `file` for the
 * pipeline itself, or `stage` for what every stage has, and then the path from there.
 */
const names: Readonly<Record<string, string>> = {
  'train:adapter': 'network lora peft peft_config adapter_config lora_config',
  'train:adapter.type': 'adapter_type network_type peft_type network_module lora_type use_dora peft_use_dora',
  'train:adapter.rank':
    'r dim lora_r lora_rank lora_dim network_dim network_rank linear linear_dim lokr_linear_dim loha_linear_dim lokr_rank',
  'train:adapter.alpha':
    'lora_alpha network_alpha linear_alpha lokr_linear_alpha loha_linear_alpha lora_network_alpha',
  'train:adapter.dropout': 'lora_dropout network_dropout module_dropout rank_dropout',
  'train:adapter.rs_lora': 'use_rslora rslora use_rs_lora peft_use_rslora',
  'train:adapter.target_modules':
    'modules lora_target_modules projections target_layers lora_modules only_if_contains',
  'train:adapter.selection.estimate': 'module_config',
  'train:adapter.self_target_modules': 'self_projections',
  'train:adapter.cross_target_modules': 'cross_projections',
  'train:adapter.target_mlp': 'lora_target_linear target_linear lora_mlp_kernel train_mlp',
  'train:adapter.rank_pattern': 'network_reg_dims lora_rank_pattern',
  'train:adapter.factor': 'lokr_factor decompose_factor',
  'train:adapter.decompose_both': 'lokr_decompose_both',
  'train:adapter.full_matrix': 'lokr_full_rank lokr_full_matrix',
  'train:adapter.use_tucker': 'lokr_use_tucker loha_use_tucker use_effective_conv2d',
  'train:adapter.use_scalar': 'lokr_use_scalar loha_use_scalar',
  'train:adapter.weight_decompose': 'lokr_weight_decompose dora_wd',
  'train:adapter.block_size': 'oft_block_size',
  'train:adapter.coft': 'oft_coft',
  'train:adapter.eps': 'oft_eps',
  'train:adapter.cayley': 'use_cayley_neumann',
  'train:adapter.cayley_terms': 'num_cayley_neumann_terms',
  'train:optimizer.type': 'optim optimizer_type optimizer_name',
  'train:optimizer.learning_rate': 'lr learningrate unet_lr dit_lr lora_lr base_lr initial_lr max_lr',
  'train:optimizer.weight_decay': 'wd adam_weight_decay',
  'train:optimizer.betas': 'adam_betas adam_beta1 adam_beta2 beta1 beta2',
  'train:optimizer.eps': 'adam_epsilon adam_eps epsilon',
  'train:schedule.type': 'scheduler scheduler_type lr_scheduler lr_scheduler_type lr_schedule',
  'train:schedule.formula': 'scheduler_formula',
  'train:schedule.warmup_steps': 'warmup lr_warmup_steps num_warmup_steps warmup_ratio warmup_epochs',
  'train:schedule.floor_factor':
    'min_lr_ratio cosine_min_lr_ratio cosine_eta_min_ratio lr_scheduler_min_lr_ratio eta_min_ratio min_lr eta_min',
  'train:schedule.n_restarts': 'lr_scheduler_num_cycles num_cycles cosine_restarts_count',
  'train:timestep.law': 'timestep_mode timestep_sampling timestep_type timestep_sampling_method',
  'train:timestep.timestep_mu': 'mu logit_mean',
  'train:timestep.timestep_sigma': 'sigma logit_std',
  'train:timestep.adaptive_ratio': 'adaptive_timestep_ratio',
  'train:base_precision': 'load_in_8bit quantize fp8_base quantization',
  'train:precision': 'mixed_precision dtype torch_dtype bf16 fp16 full_bf16 full_fp16 weight_dtype amp',
  'train:cfg_dropout':
    'cfg_ratio cfg caption_dropout caption_dropout_rate prompt_dropout unconditional_prob cfg_dropout_prob',
  'train:loss_weighting': 'weighting_scheme loss_weight min_snr',
  'train:snr_gamma': 'min_snr_gamma',
  'train:batch_size':
    'batch train_batch_size micro_batch_size per_device_train_batch_size per_gpu_batch_size batchsize',
  'train:gradient_accumulation_steps':
    'grad_accum gradient_accumulation gradient_accumulation_step accumulation_steps accumulate_grad_batches grad_accumulation_steps',
  'train:epochs':
    'num_epochs max_epochs num_train_epochs max_train_epochs train_epochs n_epochs total_epochs',
  'train:max_steps': 'steps max_train_steps train_steps num_steps total_steps iterations max_iterations',
  'train:dataset_repeats': 'num_repeats repeats repeat',
  'train:shuffle': 'shuffle_dataset',
  'train:max_grad_norm': 'clip clip_grad_norm gradient_clipping grad_clip gradient_clip_val max_norm',
  'train:gradient_checkpointing.enabled':
    'grad_checkpointing use_gradient_checkpointing activation_checkpointing unsloth_checkpointing',
  'train:gradient_checkpointing.ratio': 'gradient_checkpointing_ratio',
  'train:gradient_checkpointing.offload': 'cpu_offload_checkpointing activation_offloading',
  'train:crop.chunk_duration': 'chunk_duration crop_duration segment_duration random_crop max_train_seconds',
  'train:crop.max_latent_length': 'max_latent_length',
  'train:crop.decay_every_epochs': 'chunk_decay_every',
  'train:ema_decay': 'ema use_ema ema_config ema_rate ema_beta',
  'train:samples': 'sample sampling',
  'train:samples.every_epochs': 'sample_every_n_epochs sample_epochs',
  'train:samples.every_steps': 'sample_every sample_every_n_steps sample_steps_interval',
  'train:samples.before_first_step': 'sample_at_first',
  'train:samples.prompts': 'sample_prompts validation_prompt validation_prompts test_prompts',
  'train:validation.fraction': 'val_set_size val_split validation_split val_ratio eval_split test_size',
  'train:validation.every_epochs': 'validate_every_n_epochs eval_epochs validation_epochs evals_per_epoch',
  'train:validation.tensors': 'val_dataset eval_dataset validation_dataset val_data_dir',
  'train:validation.seed': 'validation_seed eval_seed',
  'train:checkpoint': 'save checkpointing save_config',
  'train:checkpoint.every_epochs':
    'save_every save_every_n_epochs saves_per_epoch save_epochs checkpoint_every',
  'train:checkpoint.every_steps':
    'save_steps save_every_n_steps checkpointing_steps save_interval checkpoint_steps',
  'train:checkpoint.keep_last':
    'save_total_limit max_step_saves_to_keep checkpoints_total_limit save_last_n_epochs save_last_n_steps keep_checkpoints',
  'train:checkpoint.keep_best': 'save_best load_best_model_at_end save_best_model',
  'train:checkpoint.best_after_epoch': 'save_best_after',
  'train:early_stop.patience': 'early_stopping_patience early_stop_patience early_stopping patience',
  'train:early_stop.min_delta': 'early_stopping_threshold early_stopping_delta',
  'train:target_loss.loss': 'loss_target',
  'train:target_loss.floor': 'target_loss_floor',
  'train:target_loss.warmup_steps': 'target_loss_warmup',
  'train:target_loss.smoothing': 'target_loss_smoothing',
  'train:logging.log_every':
    'log_every logging_steps performance_log_every log_interval print_every log_steps',
  'train:logging.log_heavy_every': 'log_heavy_every',
  'train:logging.log_dir': 'log_dir logging_dir tensorboard_dir tensorboard_log_dir',
  'train:logging.tensorboard': 'use_tensorboard log_with report_to',
  'train:resume_from':
    'resume_from_checkpoint lora_model_dir network_weights adapter_path resume_lora checkpoint_path init_from pretrained_adapter',
  'train:resume': 'auto_resume_from_checkpoints strict_resume',
  'train:inference.shift': 'shift discrete_flow_shift flow_shift',
  'train:inference.num_inference_steps': 'num_inference_steps sample_steps inference_steps',
  'train:tensors': 'dataset_dir tensor_dir tensors_dir train_dataset cache_dir dataset_prepared_path',
  'train:output_dir': 'training_folder save_dir save_path output_path out_dir output_folder',
  'scan:checkpoint_dir':
    'checkpoints model_path model_name_or_path pretrained_model_name_or_path base_model_name_or_path name_or_path model_dir pretrained_path ckpt_path',
  'scan:model': 'model_variant variant model_name model_type arch base_model_variant',
  'dataset:audio_dir':
    'audio folder_path data_dir train_data_dir image_dir audio_folder data_path songs_dir music_dir',
  'dataset:dataset_json': 'dataset_config metadata_file metadata_path captions_file',
  'dataset:custom_tag': 'trigger_word trigger trigger_tag class_tokens instance_prompt activation_tag tag',
  'dataset:extensions': 'audio_extensions audio_ext file_extensions',
  'preprocess.pass1:max_duration':
    'max_audio_length max_length_seconds max_seconds audio_length max_audio_duration',
  'preprocess.pass1:normalize': 'normalize_audio audio_normalization',
  'preprocess.pass1:peak_target': 'target_db',
  'preprocess.pass1:loudness_target': 'target_lufs lufs',
  'preprocess.pass1:max_text_tokens': 'max_token_length sequence_len max_sequence_length max_seq_length',
  'preprocess.pass2:output_dir': 'tensor_output tensors_output',
  'export:formats': 'format save_model_as save_format export_format',
  'export:dtype': 'save_precision save_dtype',
  'export:name': 'output_name lora_name adapter_name',
  'export:metadata.title': 'metadata_title',
  'export:metadata.author': 'metadata_author',
  'export:metadata.description': 'metadata_description training_comment',
  'export:metadata.license': 'metadata_license',
  'export:metadata.tags': 'metadata_tags',
  'file:defaults.seed': 'data_seed global_seed random_seed rng_seed',
  'file:defaults.device': 'device accelerator gpu cuda_device',
  'file:defaults.threads': 'num_threads cpu_threads num_cpu_threads_per_process',
  'file:name': 'run_name experiment_name project_name job_name',
  'file:stages': 'steps jobs tasks pipeline process',
  'file:vars': 'variables',
  'file:env': 'environment environment_variables',
  'file:sidestep': 'version format_version',
  'stage:needs': 'depends_on dependencies after requires',
  'stage:with': 'params parameters args arguments config options settings',
  'stage:when': 'if condition',
  'stage:uses': 'type run kind action stage_type',
  'stage:retries': 'retry max_retries',
};

/** The value to write, where the other trainer's does not simply move; none where that one is `false`. */
const values: Readonly<Record<string, string>> = {
  warmup_ratio: '100',
  load_in_8bit: '8bit',
  quantize: '8bit',
  quantization: '8bit',
  fp8_base: 'fp8',
  bf16: 'bf16',
  full_bf16: 'bf16',
  fp16: 'f16',
  full_fp16: 'f16',
  amp: 'auto',
  network_module: 'lora',
  use_dora: 'dora',
  peft_use_dora: 'dora',
  lora_target_linear: 'true',
  lora_mlp_kernel: 'true',
  use_tensorboard: 'true',
  log_with: 'true',
  report_to: 'true',
  use_ema: '0.999',
  ema_config: '0.999',
  save_best: '1',
  save_best_model: '1',
  load_best_model_at_end: '1',
  strict_resume: 'exact',
  auto_resume_from_checkpoints: 'exact',
  min_snr: 'min_snr',
  dataset_config: './dataset.json',
  version: '1',
  format_version: '1',
};

/** A remark where the value means something else here. */
const remarks: Readonly<Record<string, string>> = {
  warmup_ratio: 'It counts steps: 0.05 of 2000 steps is 100.',
  warmup_epochs: 'It counts steps, not epochs.',
  min_lr: 'It is a share of the learning rate: 1e-5 of 1e-4 is 0.1.',
  eta_min: 'It is a share of the learning rate: 1e-5 of 1e-4 is 0.1.',
  saves_per_epoch: 'It counts the epochs from one checkpoint to the next.',
  evals_per_epoch: 'It counts the epochs from one validation to the next.',
  early_stopping: 'It counts epochs without improvement.',
  adam_beta1: 'Both are in one list: betas: [0.9, 0.999].',
  adam_beta2: 'Both are in one list: betas: [0.9, 0.999].',
  beta1: 'Both are in one list: betas: [0.9, 0.999].',
  beta2: 'Both are in one list: betas: [0.9, 0.999].',
  max_token_length: 'It counts tokens of the caption.',
  weighting_scheme: 'It is none or min_snr.',
  min_snr_gamma: 'It takes part with `loss_weighting: min_snr`.',
  sample_prompts: 'They are a list of texts.',
  validation_prompt: 'They are a list of texts.',
};

const LAYERS = 'choose layers with `adapter.target_modules`, `attention_type` and `target_mlp`';
const LOADER = 'there are no loader processes; samples are mapped from the cache and read ahead';
const PICTURES = 'songs have no pictures; `max_duration` of preprocess.pass1 bounds their length';
const SCRIPT = 'the transformer alone is trained; text encoder and VAE stay as they are';
const KERNELS = 'the engine always uses its own attention and kernels';
const ONE_CARD = 'a stage trains on one device';
const TRACKERS = '`logging.tensorboard` writes event files; `sidestep report` makes a page';

/** Keys that nothing here corresponds to, and what to do instead. */
export const nowhere: Readonly<Record<string, string>> = {
  load_in_4bit: 'the base model can be kept in 8 bits: `base_precision: 8bit`',
  ...each(
    'layers_to_transform layers_pattern exclude_modules target_parameters modules_to_save lora_modules_to_save network_args',
    LAYERS,
  ),
  ...each(
    'loraplus_lr_ratio loraplus_unet_lr_ratio loraplus_lr_embedding',
    'one `optimizer.learning_rate` holds for both factors of an adapter',
  ),
  disable_sampling: 'clips are made on the way only where `samples` asks for them',
  ...each('conv conv_dim conv_alpha linear_conv', 'the transformer has no convolutions to adapt'),
  ...each(
    'resolution width height num_frames enable_bucket bucket_reso_steps min_bucket_reso max_bucket_reso bucket_no_upscale flip_aug color_aug random_crop_image',
    PICTURES,
  ),
  ...each(
    'train_text_encoder text_encoder_lr network_train_unet_only network_train_text_encoder_only train_unet stop_text_encoder_training clip_skip',
    SCRIPT,
  ),
  ...each(
    'caption_extension caption_ext',
    'captions are found beside the songs, as .txt, .json or tags: docs/dataset.md',
  ),
  ...each('shuffle_caption shuffle_tokens keep_tokens', 'captions are trained as they are written'),
  ...each(
    'cache_latents cache_latents_to_disk cache_text_encoder_outputs cache_text_encoder_outputs_to_disk',
    'everything that is encoded is cached',
  ),
  ...each(
    'num_workers dataloader_num_workers max_data_loader_n_workers persistent_workers persistent_data_loader_workers pin_memory prefetch_factor dataloader_pin_memory',
    LOADER,
  ),
  ...each(
    'xformers xformers_attention sdpa flash_attention flash_attn mem_eff_attn attn_implementation torch_compile compile tf32 lowram',
    KERNELS,
  ),
  ...each('deepspeed fsdp fsdp_config ddp multi_gpu num_processes num_machines local_rank', ONE_CARD),
  ...each(
    'wandb wandb_project wandb_entity wandb_run_name wandb_name wandb_run_id mlflow_tracking_uri comet_project_name use_wandb',
    TRACKERS,
  ),
  ...each(
    'offload_encoder low_vram blocks_to_swap block_swap cpu_offload offload',
    'only what a stage needs is loaded; `gradient_checkpointing: {offload: true}` moves activations to host memory',
  ),
  ...each(
    'noise_offset ip_noise_gamma adaptive_noise_scale huber_c loss_type prior_loss_weight reg_data_dir scale_weight_norms',
    'the loss is that of the model: mean squared error of the velocity',
  ),
  ...each(
    'push_to_hub hub_model_id hub_token hub_strategy',
    'export writes a folder; upload it with the Hub’s own client',
  ),
  ...each(
    'sample_packing pad_to_sequence_len group_by_length train_on_inputs special_tokens tokenizer_type trust_remote_code',
    'it belongs to language models',
  ),
  ...each(
    'init_lora_weights loftq_config fan_in_fan_out lora_fan_in_fan_out task_type lora_bias layer_replication',
    'adapters start as PEFT starts them by default',
  ),
  ...each(
    'eval_steps eval_strategy evaluation_strategy save_strategy',
    'validation and checkpoints are counted in epochs: `validation.every_epochs`, `checkpoint.every_epochs` (or `every_steps`)',
  ),
  ...each('save_state resume_training', 'every checkpoint holds all that a run needs to go on'),
  ...each(
    'walk_seed neg negative_prompt sampler sample_sampler sample_scheduler noise_scheduler',
    '`samples` and `generate` stages use the model’s own sampler',
  ),
  ...each('crop_mode', 'write `crop: {chunk_duration: …}` or `crop: {max_latent_length: …}`'),
  ...each('save_best_every_n_steps', 'the best state is looked for at the end of every epoch'),
  ...each(
    'fisher_map ignore_fisher_map',
    'name the estimate stage in `adapter: {selection: {estimate: "${stages.ID}"}}`',
  ),
  ...each('datasets dataset_dirs subsets', 'songs are a stage of their own: `uses: dataset`'),
};

function each(keys: string, advice: string): Record<string, string> {
  return Object.fromEntries(keys.split(' ').map((key) => [key, advice]));
}

/** What a key of another trainer is here. */
export interface ForeignKey {
  readonly place: KeyPlace;
  /** What to write as its value in place of the other trainer's. */
  readonly value?: string;
  /** What is different about the value here. */
  readonly remark?: string;
}

/** A key by the stage type it is a parameter of; `stage`: one that every stage has; `file`: one of the file itself. */
export interface KeyPlace {
  readonly within: string;
  readonly path: readonly string[];
}

/** Every known key with its places: `steps` is one thing beside stages and another among their parameters. */
export const foreignKeys: ReadonlyMap<string, readonly ForeignKey[]> = collected();

function collected(): Map<string, ForeignKey[]> {
  const found = new Map<string, ForeignKey[]>();
  for (const [text, keys] of Object.entries(names)) {
    const place = placeOf(text);
    for (const key of keys.split(' ')) found.set(key, [...(found.get(key) ?? []), {place, ...notes(key)}]);
  }
  return found;
}

/** Where a key of another trainer belongs here; empty when it is not known, or corresponds to nothing. */
export function foreignPlaces(key: string): readonly ForeignKey[] {
  return foreignKeys.get(spelled(key)) ?? [];
}

/** What to do instead of a key that corresponds to nothing here. */
export function insteadOf(key: string): string | undefined {
  return Object.hasOwn(nowhere, spelled(key)) ? nowhere[spelled(key)] : undefined;
}

/** `LoRA_Rank` and `lora-rank` are `lora_rank`. */
function spelled(key: string): string {
  return key.toLowerCase().replaceAll(/[-. ]/g, '_');
}

function notes(key: string): {value?: string; remark?: string} {
  return {
    ...(Object.hasOwn(values, key) ? {value: values[key]!} : {}),
    ...(Object.hasOwn(remarks, key) ? {remark: remarks[key]!} : {}),
  };
}

function placeOf(text: string): KeyPlace {
  const [within, path] = text.split(':') as [string, string];
  return {within, path: path.split('.')};
}
