/**
 * What the Hugging Face Hub calls things: base models by repository, licences by identifier. A card that says anything else there
 * is refused when it is uploaded (huggingface.co/docs/hub/model-cards, /repositories-licenses).
 */

/** ACE-Step's own uploads; the turbo model is in the repository of the parts that all models share. */
const repositories: ReadonlyMap<string, string> = new Map([
  ['acestep-v15-turbo', 'ACE-Step/Ace-Step1.5'],
  ...[
    'acestep-v15-base',
    'acestep-v15-sft',
    'acestep-v15-turbo-shift1',
    'acestep-v15-turbo-shift3',
    'acestep-v15-turbo-continuous',
    'acestep-v15-xl-turbo',
    'acestep-v15-xl-base',
    'acestep-v15-xl-sft',
  ].map((name): [string, string] => [name, `ACE-Step/${name}`]),
]);

/** The repository of an official model; undefined for others, of which no one can know. */
export function hubModel(name: string): string | undefined {
  return repositories.get(name);
}

const licences = new Set(
  `apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0 bigcode-openrail-m afl-3.0
  artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda cc cc0-1.0 cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0
  cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0
  cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cdla-sharing-1.0 cdla-permissive-1.0 cdla-permissive-2.0 wtfpl ecl-2.0 epl-1.0 epl-2.0
  etalab-2.0 eupl-1.1 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0 lgpl lgpl-2.1 lgpl-3.0 isc lppl-1.3c ms-pl mpl-2.0 odc-by odbl openrail++
  osl-3.0 postgresql ofl-1.1 ncsa unlicense zlib pddl lgpl-lr deepfloyd-if-license llama2 gemma unknown other`.split(
    /\s+/,
  ),
);

export interface HubLicence {
  readonly license: string;
  readonly license_name?: string;
}

/** A licence as the Hub has it: its own identifier (SPDX names but for case and `-only`), else `other` with a name made of the text. */
export function hubLicence(text: string): HubLicence {
  const id = text
    .trim()
    .toLowerCase()
    .replace(/-(?:only|or-later)$/, '');
  if (licences.has(id)) return {license: id};
  const name = id.replace(/[^a-z0-9.]+/g, '-').replace(/^[-.]+|[-.]+$/g, '');
  return {license: 'other', license_name: name === '' ? 'unnamed' : name};
}
