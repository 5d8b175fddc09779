import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { circles, folderArrows, wrongImports } from "./house.ts";
import { importsIn, importsOf } from "./imports.ts";
import { roomsPicture, withPicture } from "./picture.ts";
import { packages, rooms } from "./rooms.ts";

const imports = importsOf(["lib", "functions", "bin"]);

describe("the rooms of the house", () => {
  it("import nothing but what the list allows", () => {
    expect(wrongImports(imports, rooms, packages)).toEqual([]);
  });

  it.each([
    [
      "lib/storage/s3/s3.ts",
      'import { x } from "../dynamodb/layout/keys.ts";',
      "storage/s3 may not import storage/dynamodb",
    ],
    ["lib/storage/s3/s3.ts", 'import type { X } from "../../judge/judge.ts";', "storage/s3 may not import judge"],
    ["lib/judge/parse/event.ts", 'import { x } from "../../ledger/emf.ts";', "judge may not import ledger"],
    ["lib/query/meters.ts", 'export { x } from "../storage/open-storage.ts";', "query may not import storage"],
    ["lib/dispatch/intake.ts", 'await import("../listener/health-server.ts")', "dispatch may not import listener"],
    ["lib/infra/stage.ts", 'import { x } from "../ledger/emf.ts";', "infra may not import ledger"],
    ["lib/cli/verify.ts", 'import { x } from "../infra/stage.ts";', "cli may not import infra"],
    [
      "lib/judge/judge.ts",
      'import { S3Client } from "@aws-sdk/client-s3";',
      "which is for storage/s3, quarantine, aws",
    ],
    ["lib/wire/frame.ts", 'import _ from "lodash/fp";', "lib/wire/frame.ts imports lodash, which is for nobody"],
  ])("would be told of an import in %s: %s", (file, line, wrong) => {
    const [found, ...more] = wrongImports(importsIn(file, `${line}\n`), rooms, packages);
    expect(found).toContain(wrong);
    expect(more).toEqual([]);
  });

  it.each([1, 2, 3, 4])("have no circle of folders, %i deep", (depth) => {
    expect(circles(folderArrows(imports, depth))).toEqual([]);
  });

  it("would be told of a circle", () => {
    const found = [
      { from: "lib/a/one.ts", to: "lib/b/two.ts" },
      { from: "lib/b/three.ts", to: "lib/c/four.ts" },
      { from: "lib/c/five.ts", to: "lib/a/six.ts" },
      { from: "lib/d/seven.ts", to: "lib/a/one.ts" },
    ];
    expect(circles(folderArrows(found, 2))[0]).toBe("lib/a → lib/b → lib/c → lib/a");
  });

  it("are drawn in the documentation as they are", () => {
    const page = readFileSync("docs/architecture.md", "utf8");
    expect(page, "npm run rooms").toBe(withPicture(page, roomsPicture(imports, rooms)));
  });

  it("are drawn the same with one driver more", () => {
    const more = [
      { from: "lib/assembly/drivers.ts", to: "lib/storage/another/place.ts" },
      { from: "lib/storage/another/another.ts", to: "lib/storage/driver.ts" },
    ];
    expect(roomsPicture([...imports, ...more], rooms)).toBe(roomsPicture(imports, rooms));
  });

  it("allow nothing that nobody uses", () => {
    const wrong = wrongImports(imports, rooms, packages);
    const unused = Object.entries(rooms).flatMap(([name, room]) =>
      room.imports
        .filter((allowed) => {
          const without = { ...rooms, [name]: { ...room, imports: room.imports.filter((one) => one !== allowed) } };
          return wrongImports(imports, without, packages).length === wrong.length;
        })
        .map((allowed) => `${name} → ${allowed}`),
    );
    expect(unused).toEqual([]);
  });

  it("are small: a folder has at most 20 files, the constructs' apart, and a file at most 300 lines", () => {
    const files = readdirSync("lib", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    const counts = new Map<string, number>();
    for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    expect([...counts].filter(([folder, count]) => folder !== "infra" && count > 20)).toEqual([]);
    expect(files.filter((file) => readFileSync(`lib/${file}`, "utf8").split("\n").length > 301)).toEqual([]);
  });
});
