import { readFileSync, writeFileSync } from "node:fs";
import { importsOf } from "./imports.ts";
import { roomsPicture, withPicture } from "./picture.ts";
import { rooms } from "./rooms.ts";

const page = "docs/architecture.md";
const picture = roomsPicture(importsOf(["lib", "functions", "bin"]), rooms);
writeFileSync(page, withPicture(readFileSync(page, "utf8"), picture));
