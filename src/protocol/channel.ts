/**
 * Two processes that speak with each other, however their words travel: Node's own channel to a child, frames over pipes
 * (srun, ssh, a container), files in a folder. The one that sends never waits for the other to listen.
 */
export interface Channel<Out, In> {
  /** Resolves once the message is out of this process's hands; where the other side is gone, no one hears it. */
  readonly send: (message: Out) => Promise<void>;
  /** Call once. What came before is heard first: no message is lost because no one listened yet. */
  readonly listen: (listener: (message: In) => void) => void;
  /** Resolves when the other side is gone and all it said is heard. */
  readonly closed: Promise<void>;
}

/** The receiving half: keeps what arrives until somebody listens. */
export interface Inbox<In> extends Pick<Channel<never, In>, 'listen' | 'closed'> {
  readonly take: (message: In) => void;
  /** Nothing more will come. */
  readonly close: () => void;
}

export function newInbox<In>(): Inbox<In> {
  const waiting: In[] = [];
  let listener: ((message: In) => void) | undefined;
  let open = true;
  let resolveClosed = (): void => {};
  const closed = new Promise<void>((resolve) => {
    resolveClosed = resolve;
  });
  return {
    closed,
    take: (message) => {
      if (listener === undefined) waiting.push(message);
      else listener(message);
    },
    close: () => {
      open = false;
      if (listener !== undefined) resolveClosed();
    },
    listen: (given) => {
      for (const message of waiting.splice(0)) given(message);
      listener = given;
      if (!open) resolveClosed();
    },
  };
}
