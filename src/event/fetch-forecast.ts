/** What a run would copy here from other places before it reads it. */
export interface FetchForecast {
  readonly objects: number;
  readonly bytes: number;
  /** Folders and addresses. */
  readonly from: readonly string[];
}
