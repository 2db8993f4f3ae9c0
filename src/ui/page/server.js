/** What the page asks of the program that serves it; all addresses are relative, and there are no others. */

/** JSON, or undefined when the program has ended. Answers that are problems are values too: `{problems, html}`. */
export async function ask(path) {
  try {
    return await (await fetch(path)).json();
  } catch {
    return undefined;
  }
}

export async function act(path, wanted) {
  try {
    const body = JSON.stringify(wanted);
    const response = await fetch(path, {method: 'POST', headers: {'content-type': 'application/json'}, body});
    return await response.json();
  } catch {
    return undefined;
  }
}

/**
 * Follows a run (or only the project, without one) until the returned function is called. The browser connects again by itself when
 * the connection breaks, and says up to where it knows the events.
 */
export function follow(run, {events, changed, gone, state}) {
  const stream = new EventSource(run === undefined ? 'api/follow' : `api/follow?run=${run}`);
  stream.addEventListener('events', ({data}) => events(JSON.parse(data)));
  stream.addEventListener('changed', changed);
  stream.addEventListener('gone', gone);
  stream.addEventListener('open', () => state('connected'));
  stream.addEventListener('error', () => state('lost'));
  return () => stream.close();
}
