/** A round that found something wrong says so with this; any other exception is a fault of the soak itself. */
export function fail(message) {
  throw Object.assign(new Error(message), {soak: true});
}
