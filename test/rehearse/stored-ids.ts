import type { StorageDriver } from "../../lib/storage/driver.ts";

/** The `message_id` of every sample in a storage, as often as it is read back. */
export async function storedIds(driver: StorageDriver): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const sample of driver.samples({})) ids.push(sample.message_id);
  return ids;
}

/** One line for each id that was sent and isn't stored exactly once; other ids may be there too. */
export function differencesOfIds(sent: readonly string[], stored: readonly string[]): readonly string[] {
  const times = new Map<string, number>();
  for (const id of stored) times.set(id, (times.get(id) ?? 0) + 1);
  return sent.flatMap((id) => (times.get(id) === 1 ? [] : [`${id} is stored ${times.get(id) ?? 0} times`]));
}
