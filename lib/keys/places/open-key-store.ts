import type { KeyStore } from "../key-store.ts";
import { fileKeyStore } from "./file-key-store.ts";
import { secretKeyStore } from "./secret-key-store.ts";

/** @param place a file's path, or the ARN of a secret. @returns the store, for the caller to close, or what is wrong */
export function openKeyStore(place: string, stage: string): KeyStore | { readonly problem: string } {
  return place.startsWith("arn:") ? secretKeyStore(place, stage) : fileKeyStore(place);
}
