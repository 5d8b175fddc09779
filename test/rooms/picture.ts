import { isOurs, roomOf, wild } from "./house.ts";
import type { Import } from "./imports.ts";
import type { Room } from "./rooms.ts";

const MARKS = ["<!-- rooms: begin, written by `npm run rooms` -->", "<!-- rooms: end -->"] as const;

/** Rooms that nearly all import: drawn as one, so that the other arrows can be seen. */
const GROUND: readonly string[] = ["sample", "flow", "disk", "log", "aws", "settings.ts", "socket-defaults.ts"];

/** The rooms as they import each other, as a diagram and as a table; arrows that another way already shows are left out. */
export function roomsPicture(imports: readonly Import[], rooms: Readonly<Record<string, Room>>): string {
  const arrows = roomArrows(imports, rooms);
  const lines = [...arrows].flatMap(([from, to]) =>
    [...to].filter((other) => !isReached(from, other, arrows)).map((other) => `  ${idOf(from)} --> ${idOf(other)}`),
  );
  const names = new Set([...arrows].flatMap(([from, to]) => [from, ...to]));
  const nodes = [...names].sort().map((name) => `  ${idOf(name)}["${name}"]`);
  return [
    ...["", "```mermaid", "flowchart TB", ...nodes, ...lines.sort(), "```", ""],
    `Not drawn: ${GROUND.map((name) => `\`${name}\``).join(", ")}, which nearly all import, and arrows that a longer way already shows.`,
    "",
    ...["| room | is | may import |", "|---|---|---|"],
    ...Object.entries(rooms).map(([name, { is, imports: allowed }]) => `| \`${name}\` | ${is} | ${listed(allowed)} |`),
    "",
  ].join("\n");
}

/** The text of a page with the picture between its marks. */
export function withPicture(page: string, picture: string): string {
  const [begin, end] = MARKS.map((mark) => page.indexOf(mark));
  if (begin === undefined || end === undefined || begin < 0 || end < begin) throw new Error(`no ${MARKS.join(" … ")}`);
  return `${page.slice(0, begin + MARKS[0].length)}\n${picture}${page.slice(end)}`;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "nothing of ours" : names.map((name) => `\`${name}\``).join(" ");
}

function roomArrows(
  imports: readonly Import[],
  rooms: Readonly<Record<string, Room>>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const arrows = new Map<string, Set<string>>();
  for (const { from, to } of imports) {
    if (!isOurs(to)) continue;
    const [one, other] = [nameOf(roomOf(from, rooms), rooms), nameOf(roomOf(to, rooms), rooms)];
    if (one === other || [one, other].some((name) => GROUND.includes(name))) continue;
    arrows.set(one, (arrows.get(one) ?? new Set()).add(other));
  }
  return arrows;
}

/** Rooms that stand in the list as one, such as `storage/*`, are drawn as one: another of them changes no picture. */
function nameOf(room: string, rooms: Readonly<Record<string, Room>>): string {
  return Object.hasOwn(rooms, room) ? room : wild(room);
}

/** Whether a way of two arrows or more leads there. */
function isReached(from: string, to: string, arrows: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const seen = new Set<string>();
  const walk = (at: string): boolean => {
    if (at === to) return true;
    if (seen.has(at)) return false;
    seen.add(at);
    return [...(arrows.get(at) ?? [])].some(walk);
  };
  return [...(arrows.get(from) ?? [])].some((next) => next !== to && walk(next));
}

function idOf(name: string): string {
  return name.replace(/[^a-z0-9]/gi, "_");
}
