import { openFanOut } from "./fan-out.ts";
import type { OpenedStorage, OpenOptions, StorageKind } from "./storage-kind.ts";
import { placesOf } from "./storage-url.ts";

/**
 * Opens the storage that URLs name, several of them as one; each kind's `place.ts` says what its URLs look like.
 *
 * An endpoint on this machine gets stand-in credentials, and its tables and bucket are created where absent. Elsewhere
 * it is seen to that table and bucket are there and answer: who can't store must not begin to receive. What is write-only
 * is not opened for reading.
 *
 * @param urls separated by commas
 * @param kinds that a URL may name
 */
export async function openStorage(
  urls: string,
  kinds: readonly StorageKind[],
  options: OpenOptions = {},
): Promise<OpenedStorage> {
  const named = placesOf(urls, kinds);
  if (!named.ok) return { ok: false, problem: named.problem, transient: false };
  const { places } = named;
  const opened = await Promise.all(places.map((place) => place.open(options)));
  const drivers = opened.flatMap((one) => (one.ok ? [one.driver] : []));
  const failed = opened.flatMap((one) => (one.ok ? [] : [one]));
  const [first, ...others] = drivers;
  if (first === undefined || failed.length > 0) {
    await Promise.all(drivers.map((driver) => driver.close()));
    const problem = failed.map((one) => one.problem).join("; ");
    return { ok: false, problem, transient: failed.every((one) => one.transient) };
  }
  const driver = others.length === 0 ? first : openFanOut([first, ...others]);
  if (!options.readOnly || driver.writeOnly === undefined) return { ok: true, driver };
  await driver.close();
  return { ok: false, problem: driver.writeOnly, transient: false };
}
