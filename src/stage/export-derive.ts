import type {AdapterKind} from './adapter-kinds.js';
import {textOptions} from './conditioning.js';
import {type ExportFormat, layoutRefusal, programs} from './export-layouts.js';
import {joinedLists} from './joined.js';
import {stateFaults} from './kept-states.js';
import {isParamObject, isStageReference, type ParamObject, type ParamValue, valueAt} from './param.js';
import type {Derive, DerivedFault, UpstreamStage} from './stage-type.js';

/**
 * An export of a train stage is judged before anything is trained: each format must have a form for the kind of adapter, and what
 * needs the base model gets the one that was trained on. Of an adapter on disk only its file tells the kind.
 */
export const deriveExport: Derive = (params, upstream) => {
  const train = upstream('adapter');
  if (train === undefined && isStageReference(params.adapter)) return {params, faults: []}; // that stage is at fault
  const trained = train?.uses === 'train' ? train.params : undefined;
  const formats = (params.formats ?? []) as readonly ExportFormat[];
  const completed = withConditioning(withModel(params, trained, formats), train);
  const needless =
    formats.includes('merged') && completed.model === undefined ? [mergedWithoutModel(formats)] : [];
  return {
    params: completed,
    faults: [
      ...formats.flatMap((format, i) => faultsOf(format, `formats.${i}`, trained)),
      ...needless,
      ...stateFaults(params, upstream),
    ],
  };
};

function withModel(
  params: ParamObject,
  trained: ParamObject | undefined,
  formats: readonly ExportFormat[],
): ParamObject {
  const model: ParamValue | undefined = trained?.model;
  if (params.model !== undefined || trained === undefined || !isStageReference(model)) return params;
  return formats.includes('merged') || isDecomposed(trained) ? {...params, model} : params;
}

/** The card says how the conditions were built; that is decided two stages before the training, unless those were made elsewhere. */
function withConditioning(params: ParamObject, train: UpstreamStage | undefined): ParamObject {
  const card = params.card;
  if (!isParamObject(card) || card.enabled !== true || card.conditioning !== undefined) return params;
  if (train?.uses !== 'train') return params;
  const ways = new Set(
    joinedLists(train.params, 'tensors').map(({param}) => conditioningOf(train.upstream(param))),
  );
  const [way] = ways;
  return way === undefined || ways.size > 1 ? params : {...params, card: {...card, conditioning: way}};
}

function conditioningOf(second: UpstreamStage | undefined): ParamValue | undefined {
  const first = second?.uses === 'preprocess.pass2' ? second.upstream('latents') : undefined;
  if (first?.uses !== 'preprocess.pass1') return undefined;
  return second?.params.conditioning ?? textOptions(first.params).conditioning;
}

/** DoRA and its kin: what they do to a weight depends on the weight. */
function isDecomposed(trained: ParamObject): boolean {
  return kindOf(trained) === 'dora' || valueAt(trained, 'adapter.weight_decompose') === true;
}

function kindOf(trained: ParamObject): AdapterKind {
  return valueAt(trained, 'adapter.type') as AdapterKind; // validated by the train stage's schema
}

function faultsOf(format: ExportFormat, param: string, trained: ParamObject | undefined): DerivedFault[] {
  if (trained === undefined) return [];
  const refusal = layoutRefusal(format, kindOf(trained));
  if (refusal !== undefined) return [{param, code: 'export/layout-unsupported', ...refusal}];
  const biases =
    valueAt(trained, 'adapter.bias') === 'all' && (format === 'comfyui' || format === 'diffusers');
  return biases ? [biasesLost(format, param)] : [];
}

function biasesLost(format: 'comfyui' | 'diffusers', param: string): DerivedFault {
  return {
    param,
    code: 'export/layout-unsupported',
    message: `${programs[format]} (${format}) has no form for trained biases, and the adapter has \`bias: all\``,
    hint: 'Export it as peft or merged, or train with `bias: none`.',
  };
}

function mergedWithoutModel(formats: readonly ExportFormat[]): DerivedFault {
  return {
    param: `formats.${formats.indexOf('merged')}`,
    code: 'export/model-missing',
    message: 'The merged format needs the base model, and the adapter is no train stage that would name it',
    hint: 'Name the scan stage of the base model under `model` of the export stage.',
  };
}
