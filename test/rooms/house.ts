import type { Import } from "./imports.ts";
import type { Room } from "./rooms.ts";

/** The room of a file, by its path from the project's root: the deepest folder that is one. */
export function roomOf(path: string, rooms: Readonly<Record<string, Room>>): string {
  const below = path.startsWith("lib/") ? path.slice("lib/".length) : path;
  const parts = below.split("/");
  for (let depth = parts.length; depth > 0; depth--) {
    const name = parts.slice(0, depth).join("/");
    if (Object.hasOwn(rooms, name)) return name;
    const isDriver = depth === 2 && parts.length > 2 && Object.hasOwn(rooms, `${parts[0]}/*`);
    if (isDriver) return name;
  }
  throw new Error(`${path} is in no room`);
}

/** Every import that its room does not allow, as a line. */
export function wrongImports(
  imports: readonly Import[],
  rooms: Readonly<Record<string, Room>>,
  packages: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  return imports.flatMap(({ from, to }) => {
    const room = roomOf(from, rooms);
    if (!isOurs(to)) {
      const allowed = packages[to] ?? [];
      return allowed.includes(room) ? [] : [`${from} imports ${to}, which is for ${allowed.join(", ") || "nobody"}`];
    }
    const target = roomOf(to, rooms);
    const file = to.replace(/^lib\//, "");
    const { imports: allowed } = rooms[room] ?? rooms[wild(room)] ?? { imports: [] };
    const names: readonly string[] = allowed;
    const isAllowed = target === room || [target, wild(target), file].some((name) => names.includes(name));
    return isAllowed ? [] : [`${from} imports ${to}: ${room} may not import ${target}`];
  });
}

/** `storage/*` of `storage/s3`. */
export function wild(room: string): string {
  return room.replace(/\/[^/]+$/, "/*");
}

export function isOurs(path: string): boolean {
  return /^(?:lib|functions|bin)\//.test(path);
}

/** Arrows between folders, cut off at this depth below the root; files of the root folder itself stand for themselves. */
export function folderArrows(imports: readonly Import[], depth: number): ReadonlyMap<string, ReadonlySet<string>> {
  const folderOf = (path: string): string => path.split("/").slice(0, -1).slice(0, depth).join("/");
  const arrows = new Map<string, Set<string>>();
  for (const { from, to } of imports) {
    if (!isOurs(to)) continue;
    const [one, other] = [folderOf(from), folderOf(to)];
    // A file that lies in `lib` itself is in no folder that could be a circle's.
    if (one === other || one === "lib" || other === "lib") continue;
    arrows.set(one, (arrows.get(one) ?? new Set()).add(other));
  }
  return arrows;
}

/** A way from a folder back to itself for each folder that has one, the shortest first. */
export function circles(arrows: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  return Array.from(arrows.keys(), (start) => wayBack(start, arrows))
    .filter((way) => way !== undefined)
    .sort((one, other) => one.length - other.length)
    .map((way) => way.join(" → "));
}

function wayBack(start: string, arrows: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] | undefined {
  const seen = new Set<string>();
  let ways: (readonly string[])[] = [[start]];
  while (ways.length > 0) {
    const longer: (readonly string[])[] = [];
    for (const way of ways) {
      for (const next of arrows.get(way.at(-1) ?? start) ?? []) {
        if (next === start) return [...way, next];
        if (seen.has(next)) continue;
        seen.add(next);
        longer.push([...way, next]);
      }
    }
    ways = longer;
  }
  return undefined;
}
