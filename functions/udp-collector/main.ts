import { runUdpCollector } from "../../lib/assembly/run-udp-collector.ts";

/** The process in the container. */
await runUdpCollector();
