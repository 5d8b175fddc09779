import { readFileSync } from "node:fs";

/** Of Linux, for user programs, on every machine. */
const TICK_MS = 10;

/** The processor time that a process has taken so far, threads and system calls included, in milliseconds. */
export function processTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  // The program's name stands in brackets, and may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
