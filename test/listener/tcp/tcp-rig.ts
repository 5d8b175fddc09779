import { afterEach } from "vitest";
import { createPendingMessages } from "../../../lib/dispatch/pending-messages.ts";
import { createRecentlyRecorded } from "../../../lib/dispatch/recently-recorded.ts";
import { createRecordQueue, type RecordQueueOptions } from "../../../lib/dispatch/record-queue.ts";
import type { Listener } from "../../../lib/listener/socket/listener.ts";
import { createTcpListener, type TcpListenerOptions } from "../../../lib/listener/tcp/tcp-listener.ts";
import { judge } from "../genuine.ts";
import { openPublisher, type TcpPublisher } from "./tcp-publisher.ts";

type Options = Partial<TcpListenerOptions> & Pick<RecordQueueOptions, "driver">;

/** Makes listeners and publishers for the tests of one file, and closes them after each test. */
export function tcpRig() {
  const listeners: Listener[] = [];
  const publishers: TcpPublisher[] = [];

  afterEach(async () => {
    for (const publisher of publishers.splice(0)) publisher.destroy();
    await Promise.all(listeners.splice(0).map((listener) => listener.stop()));
  });

  return {
    listen({ driver, ...options }: Options, queueOptions: Partial<RecordQueueOptions> = {}) {
      const queue = createRecordQueue({ driver, lingerMs: 1, ...queueOptions });
      const listener = createTcpListener({
        host: "127.0.0.1",
        port: 0,
        judge,
        queue,
        recent: createRecentlyRecorded(),
        pending: createPendingMessages(),
        ...options,
      });
      listeners.push(listener);
      return { listener, queue };
    },
    async publish(url: string, from?: string): Promise<TcpPublisher> {
      const publisher = await openPublisher(url, from);
      publishers.push(publisher);
      return publisher;
    },
  };
}
