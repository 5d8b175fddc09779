import { describe, expect, it } from "vitest";
import { canaryKey } from "../../lib/canary/canary-key.ts";
import type { Key } from "../../lib/keys/key.ts";
import { createKeyring } from "../../lib/keys/keyring.ts";
import { type ListenerName, listenerNames } from "../../lib/sample/listener-name.ts";
import { key } from "../support/fixtures.ts";
import { legacyKey } from "../support/legacy-keys.ts";
import { RECEIVED_AT, v2Key } from "../support/v2-keys.ts";

const legacy = (id: string, more?: Partial<Key>) => legacyKey(id, key(`the secret of ${id}`), more);
const retired = { retiredAt: RECEIVED_AT };
const ofOne = { publishers: new Set(["host-1"]) };

const chosen = (keys: readonly Key[], legacyListeners: readonly ListenerName[] = listenerNames) =>
  listenerNames.map((listener) => canaryKey(createKeyring(keys), listener, legacyListeners, RECEIVED_AT)?.id ?? "none");

describe("the canary signs with", () => {
  it.each<[what: string, keys: readonly Key[], id: string]>([
    ["its own key, wherever it stands", [legacy("canary"), legacy("current"), v2Key("pub-7")], "canary"],
    ["its own key of signature v2", [v2Key("canary"), legacy("current")], "canary"],
    ["the last of Ceilometer's keys, so that the one before can fall silent", [legacy("old"), legacy("new")], "new"],
    ["a key of Ceilometer's rather than one of signature v2", [legacy("current"), v2Key("pub-7")], "current"],
    ["the last key of signature v2 where there is no other", [v2Key("pub-6"), v2Key("pub-7")], "pub-7"],
    ["no key that is retired by then", [legacy("old"), legacy("new", retired)], "old"],
    ["a key that is retired later", [legacy("old"), legacy("new", { retiredAt: RECEIVED_AT + 1 })], "new"],
    ["no key that is somebody's alone", [legacy("any"), legacy("host-1", ofOne), v2Key("host-2", ofOne)], "any"],
    ["no key at all where all are retired or somebody's", [legacy("old", retired), legacy("host-1", ofOne)], "none"],
  ])("%s", (_, keys, id) => {
    expect(chosen(keys)).toEqual([id, id, id]);
  });

  it("signature v2 where a listener takes no other", () => {
    expect(chosen([legacy("current"), v2Key("pub-7")], ["udp"])).toEqual(["pub-7", "current", "pub-7"]);
    expect(chosen([legacy("canary"), v2Key("pub-7")], ["udp"])).toEqual(["pub-7", "canary", "pub-7"]);
    expect(chosen([legacy("canary")], [])).toEqual(["none", "none", "none"]);
  });
});
