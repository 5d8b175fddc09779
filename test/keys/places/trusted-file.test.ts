import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readKeyFile } from "../../../lib/keys/places/key-file.ts";
import { readSecretFile } from "../../../lib/keys/places/secret-file.ts";
import { type OwnedPath, untrusted } from "../../../lib/keys/places/trusted-file.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";

const OURS = 1_000;
const THEIRS = 1_001;
const file = { uid: OURS, mode: 0o100_600 };
const folder = (uid: number, mode: number): OwnedPath => ({
  path: "/etc/keys",
  stats: { uid, mode: 0o040_000 | mode },
});

describe("who may change a file with secrets", () => {
  it.each<[string, { uid: number; mode: number }, readonly OwnedPath[], string | undefined]>([
    ["ours in root's folder", file, [folder(0, 0o755)], undefined],
    ["root's in ours", { uid: 0, mode: 0o100_640 }, [folder(OURS, 0o700)], undefined],
    ["ours in a folder where each can remove their own alone", file, [folder(0, 0o1777)], undefined],
    ["another user's", { uid: THEIRS, mode: 0o100_600 }, [], "belongs to another user (1001)"],
    ["one that its group may write", { uid: OURS, mode: 0o100_660 }, [], "can be changed by other users"],
    ["one that all may write", { uid: 0, mode: 0o100_602 }, [], "can be changed by other users"],
    ["ours in another user's folder", file, [folder(THEIRS, 0o755)], "can be replaced by another user (1001)"],
    ["ours where a group may rename", file, [folder(OURS, 0o775)], "can be replaced by other users"],
    ["ours where all may rename", file, [folder(0, 0o757)], "can be replaced by other users"],
    ["ours below such a folder", file, [folder(OURS, 0o700), folder(0, 0o777)], "can be replaced by other users"],
  ])("%s", (_what, stats, folders, problem) => {
    expect(untrusted(stats, folders, [OURS])).toEqual(
      problem === undefined ? undefined : expect.stringContaining(problem),
    );
  });
});

let place: TemporaryFolder;
beforeEach(async () => {
  place = await temporaryFolder();
});
afterEach(() => place.remove());

const SECRET = "hush hush hush hush";

describe.each([
  ["a file of keys", async (path: string) => readKeyFile(path)],
  ["a secret file", async (path: string) => readSecretFile(path)],
])("%s", (_what, read) => {
  const write = async (path: string, mode = 0o600) => {
    await writeFile(path, SECRET);
    await chmod(path, mode);
    return path;
  };

  it("is taken where nobody else can change it, and warned of where others can read it", async () => {
    expect(await read(await write(`${place.path}/private`))).toEqual(expect.not.objectContaining({ warning: "" }));
    expect(await read(await write(`${place.path}/readable`, 0o640))).toMatchObject({
      ok: true,
      warning: expect.stringContaining("can be read by other users: chmod go-r"),
    });
  });

  it.each([
    ["that others can write", "changeable", 0o620, 0o700, "can be changed by other users: chmod go-w"],
    ["in a folder where others can replace it", "inside/keys", 0o600, 0o777, "can be replaced by other users"],
  ])("is refused %s", async (_how, name, mode, folderMode, problem) => {
    await mkdir(`${place.path}/inside`);
    await chmod(`${place.path}/inside`, folderMode);
    const read_ = await read(await write(`${place.path}/${name}`, mode));
    expect(read_).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
  });

  it("is refused where a link to it can be replaced", async () => {
    await mkdir(`${place.path}/open`);
    await chmod(`${place.path}/open`, 0o777);
    await symlink(await write(`${place.path}/keys`), `${place.path}/open/link`);
    expect(await read(`${place.path}/open/link`)).toMatchObject({
      ok: false,
      problem: expect.stringContaining(`who may write in the folder ${place.path}/open`),
    });
  });

  it.each<[string, Buffer, string]>([
    ["Latin-1", Buffer.from("zwölf Boxkämpfer", "latin1"), "is not UTF-8"],
    ["UTF-16", Buffer.from(`\ufeff${SECRET}`, "utf16le"), "is UTF-16"],
    ["a byte-order mark", Buffer.from(`\ufeff${SECRET}`), "begins with a byte-order mark"],
  ])("is refused with %s, and not repeated", async (_how, bytes, problem) => {
    const path = await write(`${place.path}/keys`);
    await writeFile(path, bytes);
    const found = await read(path);
    expect(found).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
    expect(JSON.stringify(found)).not.toContain("hush");
  });
});

describe("a secret file", () => {
  it.each([
    [`${SECRET}`, SECRET],
    [`${SECRET}\n`, SECRET],
    [`${SECRET}\r\n`, SECRET],
    [`${SECRET}\n\n`, `${SECRET}\n`],
    [` ${SECRET}`, ` ${SECRET}`],
  ])("gives all but one line end: %j", async (content, secret) => {
    await writeFile(`${place.path}/secret`, content, { mode: 0o600 });
    expect(readSecretFile(`${place.path}/secret`)).toEqual({ ok: true, secret });
  });

  it("may be a pipe, as a shell makes of <(pass show telemetry)", () => {
    expect(readSecretFile("/dev/null")).toEqual({ ok: true, secret: "" });
  });
});
