import { readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFile } from "../../lib/disk/create-file.ts";
import { makeFromDraft } from "../../lib/disk/durable.ts";
import { hasCode, isNotFound, unlessAbsent } from "../../lib/disk/file-error.ts";
import { replaceFile } from "../../lib/disk/replace-file.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let folder: TemporaryFolder;
let path: string;
let draft: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder.path, "file");
  draft = `${path}.draft`;
});
afterEach(() => folder.remove());

/** What the folder holds, by name. */
async function contents(): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(folder.path)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder.path, name), "utf8")));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? ""]));
}

describe("a file that is made from a draft", () => {
  it("is there under its draft's name until it is whole, and for its owner alone", async () => {
    const seen: unknown[] = [];
    const isMade = await makeFromDraft(
      draft,
      async (file) => {
        await file.writeFile("whole");
        return true;
      },
      async () => {
        seen.push(await contents(), (await stat(draft)).mode & 0o777);
        await rename(draft, path);
      },
    );
    expect([isMade, ...seen, await contents()]).toEqual([true, { "file.draft": "whole" }, 0o600, { file: "whole" }]);
  });

  it("is not made where nothing is to be written after all", async () => {
    const never = async () => {
      throw new Error("there is nothing to publish");
    };
    expect([await makeFromDraft(draft, async () => false, never), await contents()]).toEqual([false, {}]);
  });

  it("leaves no draft behind when writing or publishing it fails", async () => {
    const fail = async () => {
      throw new Error("the disk is full");
    };
    await expect(makeFromDraft(draft, fail, fail)).rejects.toThrow("the disk is full");
    await expect(makeFromDraft(draft, async () => true, fail)).rejects.toThrow("the disk is full");
    expect(await contents()).toEqual({});
  });

  it("does not touch the draft of another, neither the one that is there first nor the one that comes after", async () => {
    const filled = async () => true;
    await writeFile(draft, "first");
    await expect(makeFromDraft(draft, filled, async () => undefined)).rejects.toMatchObject({ code: "EEXIST" });
    expect(await contents()).toEqual({ "file.draft": "first" });
    await rename(draft, path);
    const publish = async () => {
      await rename(draft, path);
      await writeFile(draft, "next");
    };
    expect([await makeFromDraft(draft, filled, publish), await contents()]).toEqual([
      true,
      { file: "", "file.draft": "next" },
    ]);
  });
});

describe("a new file", () => {
  it("is made where there is none of its name, and left as it is where there is one", async () => {
    await createFile(path, "first", draft);
    await createFile(path, "second", draft);
    expect(await contents()).toEqual({ file: "first" });
  });

  it("is not made in a folder that is not there", async () => {
    await expect(createFile(join(path, "file"), "text", join(path, "draft"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("a file that is replaced", () => {
  it("has the new text, or the old one where somebody says no", async () => {
    expect(await replaceFile(path, "first", ".draft")).toBe(true);
    expect(await replaceFile(path, "second", ".draft", async () => false)).toBe(false);
    expect(await contents()).toEqual({ file: "first" });
    expect(await replaceFile(path, "third", ".draft")).toBe(true);
    expect(await contents()).toEqual({ file: "third" });
  });
});

describe("an error of the file system", () => {
  it("is told by its code", async () => {
    const absent: unknown = await readFile(path).catch((error: unknown) => error);
    expect([hasCode(absent, "ENOENT"), hasCode(absent, "EEXIST"), isNotFound(absent)]).toEqual([true, false, true]);
    expect([hasCode(new Error("ENOENT"), "ENOENT"), isNotFound("ENOENT")]).toEqual([false, false]);
  });

  it("gives way to something else where it only says that nothing is there", async () => {
    expect(await unlessAbsent(readFile(path, "utf8"), "nothing")).toBe("nothing");
    await expect(unlessAbsent(readFile(folder.path), "nothing")).rejects.toMatchObject({ code: "EISDIR" });
  });
});
