import type {RunEvent} from '../event/event.js';

/** Turns the events of one run into text, in order of arrival. `at`: milliseconds since the epoch. */
export interface Renderer {
  readonly show: (event: RunEvent, at: number) => void;
  /** After the last event; resolves when everything is written and the terminal is as it was. */
  readonly close: () => Promise<void>;
}

/** A renderer that must not fail a run: after its first exception it is silent, and `complain` hears of it once. */
export function harmless(renderer: Renderer, complain: (error: unknown) => void): Renderer {
  let broken = false;
  const silence = (error: unknown): void => {
    if (!broken) complain(error);
    broken = true;
  };
  return {
    show: (event, at) => {
      if (broken) return;
      try {
        renderer.show(event, at);
      } catch (error) {
        silence(error);
      }
    },
    close: async () => {
      try {
        await renderer.close(); // also a broken one: it may own the cursor
      } catch (error) {
        silence(error);
      }
    },
  };
}

/** One event stream, several renderers. */
export function together(...renderers: readonly Renderer[]): Renderer {
  return {
    show: (event, at) => {
      for (const renderer of renderers) renderer.show(event, at);
    },
    close: async () => {
      for (const renderer of renderers) await renderer.close();
    },
  };
}

export type RendererKind = 'live' | 'plain' | 'json';

/** Which renderer fits: what was asked for, then CI, then whether a terminal is there that can move its cursor. */
export function rendererKind(world: {
  readonly asked: 'json' | 'plain' | 'any';
  readonly ci: string | undefined;
  readonly term: string | undefined;
  readonly stream: 'terminal' | 'other';
}): RendererKind {
  if (world.asked !== 'any') return world.asked;
  const inCi = world.ci !== undefined && world.ci !== '' && world.ci !== 'false' && world.ci !== '0';
  return world.stream === 'terminal' && !inCi && world.term !== 'dumb' ? 'live' : 'plain';
}
