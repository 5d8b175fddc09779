import { lastingDrivers } from "../../assembly/drivers.ts";
import { errorMessage } from "../../log/error-message.ts";
import { shownUrl, withoutCredentials } from "../../log/shown-url.ts";
import { openStorage } from "../../storage/open-storage.ts";
import { splitUrls } from "../../storage/storage-url.ts";
import type { Figures } from "../figures/figures.ts";
import { readFigures } from "../figures/health.ts";
import type { Check } from "../finding/check.ts";
import type { Finding } from "../finding/finding.ts";
import { missingProbes, type Search } from "./find-probe.ts";
import { lostWay, type Missing } from "./lost-way.ts";
import type { KeyChoice } from "./probe-key.ts";
import { sendProbes, type Ways } from "./send-probes.ts";

export interface SampleCheckOptions extends Ways {
  /** URLs of all storages, with commas between: each has to have it. */
  readonly storage: string;
  /** Where the collector's figures are, which say what became of a sample. */
  readonly health?: string | undefined;
  readonly keys: Omit<KeyChoice, "now">;
  readonly waitMs: number;
  readonly now: () => number;
}

/** Sends signed samples of our own by each way in, and looks for them in each storage. */
export function sampleCheck(options: SampleCheckOptions): Check {
  const { storage, health, keys, waitMs, now } = options;
  return {
    name: "sample",
    about: "a sample of our own",
    async look(signal) {
      const figures = async (): Promise<Figures | undefined> =>
        health === undefined ? undefined : readFigures(health).catch(() => undefined);
      const before = await figures();
      const madeAt = now();
      const sent = await sendProbes(options, { ...keys, now: madeAt });
      const probes = sent.flatMap((one) => one.probes);
      const findings = sent.flatMap((one) => one.findings);
      const urls = splitUrls(storage);
      const searches = await Promise.all(urls.map((url) => searched(url, { probes, madeAt, waitMs, signal })));
      const after = await figures();
      const missing = searches.flatMap((one) => (one.missing === undefined ? [] : [one.missing]));
      const lost = sent.flatMap((way) => lostWay(way, { missing, before, after, waitMs }));
      return [...findings, ...searches.flatMap((one) => one.findings), ...lost];
    },
  };
}

interface Searched {
  /** Undefined where nobody could look. */
  readonly missing: Missing | undefined;
  readonly findings: readonly Finding[];
}

async function searched(url: string, search: Search): Promise<Searched> {
  const about: string = JSON.parse(shownUrl(url));
  const opened = await openStorage(url, lastingDrivers, { readOnly: true, onUnreadable: () => undefined });
  if (!opened.ok) return { missing: undefined, findings: [refuses(about, opened.problem)] };
  // Breaks off a reading that nobody waits for any longer.
  search.signal.addEventListener("abort", () => void opened.driver.close());
  try {
    return { missing: { storage: about, probes: await missingProbes(opened.driver, search) }, findings: [] };
  } catch (error) {
    return { missing: undefined, findings: [refuses(about, errorMessage(error))] };
  } finally {
    await opened.driver.close();
  }
}

function refuses(about: string, why: string): Finding {
  return {
    severity: "fault",
    check: "storage",
    about,
    says: `it can't be read from here: ${withoutCredentials(why)}`,
    todo: "see whether it is there and up, and whether these credentials may read it",
  };
}
