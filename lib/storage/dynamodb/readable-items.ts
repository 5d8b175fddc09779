import type { OnUnreadable } from "../unreadable.ts";
import { DamagedItem } from "./layout/attributes.ts";
import type { Item } from "./layout/limits.ts";
import { keyOf } from "./put-items.ts";

/** Reads items, leaving out those that are damaged. Where nobody is told of them, the first ends the reading. */
export type ReadItems = <T>(table: string, items: readonly Item[], read: (item: Item) => T) => readonly T[];

export function itemReader(onUnreadable: OnUnreadable | undefined): ReadItems {
  return (table, items, read) =>
    items.flatMap((item) => {
      try {
        return [read(item)];
      } catch (error) {
        if (!(error instanceof DamagedItem) || onUnreadable === undefined) throw error;
        onUnreadable(`${table} ${keyOf(item)}`, error.message, { name: `table ${table}`, of: "items" });
        return [];
      }
    });
}
