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
    return this.#take(name, "a URL such as http://127.0.0.1:8000", (text) =>
      /^https?:\/\//i.test(text) && URL.canParse(text) ? text : undefined,
    );
  }

  /** Once everything known has been asked for: what is left is unknown. */
  refuseOthers(): void {
    const known = this.#known.length === 0 ? "there are none" : `there are ${this.#known.join(", ")}`;
    for (const name of new Set(this.#parameters.keys())) {
      if (!this.#known.includes(name)) this.problems.push(`unknown parameter ${JSON.stringify(name)}: ${known}`);
      else if (this.#parameters.getAll(name).length > 1) this.problems.push(`${name} is given twice`);
    }
  }

  #take<T>(name: string, expected: string, read: (text: string) => T | undefined): T | undefined {
    this.#known.push(name);
    const text = this.#parameters.get(name);
    if (text === null) return undefined;
    const value = read(text);
    if (value === undefined) this.problems.push(`${name}: expected ${expected}, got ${JSON.stringify(text)}`);
    return value;
  }
}
