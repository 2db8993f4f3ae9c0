import type {Renderer} from './renderer.js';
import type {TextOutput} from './text-output.js';

/** Every event as one line of JSON, with `at` first: `schema/output/run.schema.json`. */
export function jsonLines(output: TextOutput): Renderer {
  return {
    show: (event, at) => output.write(`${JSON.stringify({at, ...event})}\n`),
    close: async () => {},
  };
}
