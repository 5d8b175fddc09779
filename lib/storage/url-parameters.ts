import { credentialsProblem } from "../log/shown-url.ts";

/** Takes what stands behind a URL's question mark, and notes what is wrong with it. */
export class UrlParameters {
  readonly problems: string[] = [];
  readonly #parameters: URLSearchParams;
  readonly #known: string[] = [];

  constructor(parameters: URLSearchParams) {
    this.#parameters = parameters;
  }

  matching(name: string, pattern: RegExp, expected: string): string | undefined {
    return this.#take(name, expected, (text) => (pattern.test(text) ? text : undefined));
  }

  wholeNumber(name: string, least: number): number | undefined {
    return this.#take(name, `a whole number, at least ${least}`, (text) => {
      const number = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
      return Number.isSafeInteger(number) && number >= least ? number : undefined;
    });
  }

  httpUrl(name: string): string | undefined {
    const url = this.#take(name, "a URL such as http://127.0.0.1:8000", (text) =>
      /^https?:\/\//i.test(text) && URL.canParse(text) ? text : undefined,
    );
    const wrong = url === undefined ? undefined : credentialsProblem(new URL(url));
    if (wrong === undefined) return url;
    this.problems.push(`${name}: ${wrong}`);
    return undefined;
  }

  /** Once everything known has been asked for: what is left is unknown. */
  refuseOthers(): void {
    const known = this.#known.length === 0 ? "there are none" : `there are ${this.#known.join(", ")}`;
    for (const name of new Set(this.#parameters.keys())) {
      if (!this.#known.includes(name)) this.problems.push(`unknown parameter ${this.#shownName(name)}: ${known}`);
      else if (this.#parameters.getAll(name).length > 1) this.problems.push(`${name} is given twice`);
    }
  }

  /** Beside an @ it may be a piece of a password that was not encoded. */
  #shownName(name: string): string {
    const isSafe = /^[a-z_-]{1,32}$/i.test(name) && !this.#parameters.toString().includes("%40");
    return isSafe ? JSON.stringify(name) : `of ${name.length} characters`;
  }

  #take<T>(name: string, expected: string, read: (text: string) => T | undefined): T | undefined {
    this.#known.push(name);
    const text = this.#parameters.get(name);
    if (text === null) return undefined;
    const value = read(text);
    if (value === undefined) this.problems.push(`${name}: expected ${expected}, got ${shown(text)}`);
    return value;
  }
}

/** A refused value, if no credentials can be in it. A URL may have been cut in a password: only its scheme is safe. */
function shown(text: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0];
  if (scheme !== undefined) return JSON.stringify(`${scheme}…`);
  return /[@%]/.test(text) ? `a text of ${text.length} characters` : JSON.stringify(text);
}
