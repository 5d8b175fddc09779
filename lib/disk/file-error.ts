/** Whether it is the file system's error of that code, such as `EEXIST`. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** Whether a file, or a folder above it, is not there. */
export function isNotFound(error: unknown): boolean {
  return hasCode(error, "ENOENT");
}

/** The answer about a file, or another where the file is not there. */
export async function unlessAbsent<T, U>(wanted: Promise<T>, instead: U): Promise<T | U> {
  try {
    return await wanted;
  } catch (error) {
    if (isNotFound(error)) return instead;
    throw error;
  }
}
