import { type Result, ratioOf } from "./result.ts";

const BAR = { height: 18, gap: 8, left: 250, width: 420 };
const TITLE_HEIGHT = 34;

/** Bars of the ratios of all results, as SVG that can be read on light and on dark ground. */
export function plotOf(results: readonly Result[]): string {
  const groups = results.map((result) => ({
    title: `${result.bench}: times the ${result.floor}${result.base === undefined ? "" : `, beyond ${result.base}`}`,
    bars: result.figures.flatMap((figure) => {
      const ratio = ratioOf(result, figure);
      return ratio === undefined ? [] : [{ name: figure.name, ratio }];
    }),
  }));
  const most = Math.max(...groups.flatMap(({ bars }) => bars.map(({ ratio }) => ratio)));
  let y = 0;
  const parts = groups.flatMap(({ title, bars }) => {
    y += TITLE_HEIGHT;
    const head = text({ x: 8, y: y - 10, weight: "bold", content: title });
    const drawn = bars.map(({ name, ratio }) => {
      const row = bar({ name, ratio, y, most });
      y += BAR.height + BAR.gap;
      return row;
    });
    return [head, ...drawn];
  });
  const width = BAR.left + BAR.width + 80;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + 8}" font-family="sans-serif" font-size="13">
<title>How many times the HMAC alone each step takes</title>
<style>text { fill: #24292f } rect { fill: #0969da } @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } rect { fill: #4493f8 } }</style>
${parts.join("\n")}
</svg>
`;
}

function bar({ name, ratio, y, most }: { name: string; ratio: number; y: number; most: number }): string {
  const length = Math.max(1, Math.round((ratio / most) * BAR.width));
  const middle = y + BAR.height - 4;
  return [
    text({ x: BAR.left - 8, y: middle, anchor: "end", content: name }),
    `<rect x="${BAR.left}" y="${y}" width="${length}" height="${BAR.height}"/>`,
    text({ x: BAR.left + length + 6, y: middle, content: `${ratio.toFixed(1)} ×` }),
  ].join("");
}

interface Text {
  readonly x: number;
  readonly y: number;
  readonly content: string;
  readonly anchor?: string;
  readonly weight?: string;
}

function text({ x, y, content, anchor = "start", weight = "normal" }: Text): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-weight="${weight}">${escaped}</text>`;
}
