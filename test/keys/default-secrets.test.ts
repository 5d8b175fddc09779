import { describe, expect, it } from "vitest";
import { toSecrets } from "../../lib/keys/default-secrets.ts";

describe("toSecrets", () => {
  it("takes several secrets, each as UTF-8", () => {
    const secrets = toSecrets(["one", "zwölf"], false);
    expect(secrets.ok && secrets.secrets.map((secret) => secret.export().toString("utf8"))).toEqual(["one", "zwölf"]);
    expect(secrets).not.toHaveProperty("warning");
  });

  it.each([[[]], [[""]], [["change this for valid signing"]], [["good", "change this or be hacked"]]])(
    "refuses %j, and says what to do",
    (texts: string[]) => {
      const secrets = toSecrets(texts, false);
      expect(!secrets.ok && secrets.problem).toMatch(/secret.*--secret-file.*--allow-default-secret/);
    },
  );

  it.each([[[""]], [["change this for valid signing"]], [["good", "change this or be hacked"]]])(
    "takes %j with a warning when it is allowed",
    (texts: string[]) => {
      expect(toSecrets(texts, true)).toMatchObject({ ok: true, warning: expect.stringContaining("anybody") });
    },
  );

  it("stands in with both defaults when they are allowed and none is given", () => {
    const secrets = toSecrets([], true);
    expect(secrets.ok && secrets.secrets.map((secret) => secret.export().toString())).toEqual([
      "change this for valid signing",
      "change this or be hacked",
    ]);
  });

  it("does not warn when the flag is set but a good secret is given", () => {
    expect(toSecrets(["good"], true)).not.toHaveProperty("warning");
  });
});
