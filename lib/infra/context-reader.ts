/** Takes named values out of a JSON object from the CDK context, and notes what is wrong with each. */
export class ContextReader {
  readonly problems: string[];
  readonly #path: string;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #known = new Set<string>();

  /** @param problems shared with the readers of objects inside this one, so that all are reported together */
  constructor(path: string, value: unknown, problems: string[] = []) {
    this.problems = problems;
    this.#path = path;
    this.#values = isObject(value) ? value : {};
    if (!isObject(value)) problems.push(`${path}: expected an object, got ${JSON.stringify(value)}`);
  }

  flag(name: string, otherwise: boolean): boolean {
    return this.#take(name, otherwise, "true or false", (value) => (typeof value === "boolean" ? value : undefined));
  }

  wholeNumber<T>(name: string, range: { readonly from: number; readonly to: number }, otherwise: T): number | T {
    return this.#take<number | T>(name, otherwise, `a whole number from ${range.from} to ${range.to}`, (value) =>
      typeof value === "number" && Number.isInteger(value) && value >= range.from && value <= range.to
        ? value
        : undefined,
    );
  }

  oneOf<T extends number | string>(name: string, allowed: readonly T[], otherwise: T): T {
    return this.#take(name, otherwise, `one of ${allowed.join(", ")}`, (value) => allowed.find((one) => one === value));
  }

  text<T>(name: string, pattern: RegExp, expected: string, otherwise: T): string | T {
    return this.#take<string | T>(name, otherwise, expected, (value) =>
      typeof value === "string" && pattern.test(value) ? value : undefined,
    );
  }

  texts(name: string, pattern: RegExp, expected: string): readonly string[] {
    return this.#take<readonly string[]>(name, [], `a list of ${expected}`, (value) => {
      const isFitting = (item: unknown): item is string => typeof item === "string" && pattern.test(item);
      return Array.isArray(value) && value.every(isFitting) ? value : undefined;
    });
  }

  /** Texts by name, such as tags. @param allows whether a name and its value can be used */
  textsByName(
    name: string,
    allows: (key: string, value: string) => boolean,
    expected: string,
  ): Readonly<Record<string, string>> {
    return this.#take<Readonly<Record<string, string>>>(name, {}, `an object of ${expected}`, (value) => {
      if (!isObject(value)) return undefined;
      const texts = Object.entries(value).flatMap(([key, text]) => (typeof text === "string" ? [[key, text]] : []));
      const isWhole = texts.length === Object.keys(value).length;
      return isWhole && texts.every(([key = "", text = ""]) => allows(key, text))
        ? Object.fromEntries(texts)
        : undefined;
    });
  }

  /** A reader of the object under that name; undefined where the name is absent or null. */
  inner(name: string): ContextReader | undefined {
    this.#known.add(name);
    const value = this.#values[name];
    return value === undefined || value === null
      ? undefined
      : new ContextReader(`${this.#path}.${name}`, value, this.problems);
  }

  problem(name: string, text: string): void {
    this.problems.push(`${this.#path}.${name}: ${text}, got ${JSON.stringify(this.#values[name])}`);
  }

  /** Once everything known has been taken: what is left was probably misspelt. */
  refuseOthers(): void {
    for (const name of Object.keys(this.#values)) {
      if (this.#known.has(name)) continue;
      this.problems.push(`${this.#path}.${name}: no such setting: choose from ${[...this.#known].sort().join(", ")}`);
    }
  }

  #take<T>(name: string, otherwise: T, expected: string, read: (value: unknown) => T | undefined): T {
    this.#known.add(name);
    const value = this.#values[name];
    if (value === undefined || value === null) return otherwise;
    const taken = read(value);
    if (taken !== undefined) return taken;
    this.problem(name, `expected ${expected}`);
    return otherwise;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
