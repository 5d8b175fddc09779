import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createHealthServer, type HealthServer } from "../../lib/listener/health-server.ts";
import { eventually } from "../support/eventually.ts";

const servers: HealthServer[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function serving(host = "127.0.0.1", requestWithinMs?: number) {
  const state = { healthy: true, figures: "countersign_x_total 1\n" };
  const server = createHealthServer({
    host,
    port: 0,
    isHealthy: () => state.healthy,
    metrics: () => state.figures,
    onError: (error) => expect.unreachable(String(error)),
    ...(requestWithinMs !== undefined && { requestWithinMs }),
  });
  servers.push(server);
  return { url: await server.start(), server, state };
}

/** A connection of an outsider's, with all that was answered on it. */
async function raw(url: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).on("error", () => {});
  sockets.push(socket);
  const told = { answer: "", closed: false };
  socket.setEncoding("latin1").on("data", (text: string) => (told.answer += text));
  socket.on("close", () => (told.closed = true));
  await once(socket, "connect");
  return { socket, told };
}

describe("the health server", () => {
  it.each(["127.0.0.1", "::1"])("answers at %s whether datagrams are welcome", async (host) => {
    const { url, state } = await serving(host);
    const ask = async () => {
      const { status, headers, ...response } = await fetch(`${url}/healthz`).then(async (answer) => ({
        status: answer.status,
        headers: answer.headers,
        body: await answer.text(),
      }));
      return [status, headers.get("content-type"), response.body];
    };
    expect(await ask()).toEqual([200, "text/plain; charset=utf-8", "receiving\n"]);
    state.healthy = false;
    expect(await ask()).toEqual([503, "text/plain; charset=utf-8", "not receiving\n"]);
  });

  it("shows the figures as Prometheus asks for them, whether healthy or not", async () => {
    const { url, state } = await serving();
    state.healthy = false;
    const answer = await fetch(`${url}/metrics?match=all`);
    expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
      200,
      "text/plain; version=0.0.4; charset=utf-8",
      "countersign_x_total 1\n",
    ]);
  });

  it.each([
    ["GET", "/", 404],
    ["GET", "/healthz/", 404],
    ["GET", "/metrics/../healthz%00", 404],
    ["POST", "/nowhere", 404],
    ["HEAD", "/healthz", 200],
    ["HEAD", "/metrics", 200],
    ["POST", "/healthz", 405],
    ["DELETE", "/metrics", 405],
    ["OPTIONS", "/healthz", 405],
  ])("answers %s %s with %i", async (method, path, status) => {
    const { url } = await serving();
    const answer = await fetch(`${url}${path}`, { method });
    expect([answer.status, answer.headers.get("allow")]).toEqual([status, status === 405 ? "GET, HEAD" : null]);
    if (method === "HEAD") expect(await answer.text()).toBe("");
  });

  it.each([
    ["what is not HTTP", "\x07\n\n", "400"],
    ["a header that is too long", `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(5_000)}\r\n\r\n`, "431"],
  ])("refuses %s, closes that connection and goes on", async (_what, request, status) => {
    const { url } = await serving();
    const { socket, told } = await raw(url);
    socket.write(request);
    await eventually("closed", () => told.closed);
    expect(told.answer).toContain(`HTTP/1.1 ${status} `);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it("closes a connection that says nothing, and one that says too little in its time", async () => {
    const { url } = await serving("127.0.0.1", 100);
    const silent = await raw(url);
    const slow = await raw(url);
    slow.socket.write("GET /healthz HTTP/1.1\r\nHost");
    await eventually("both closed", () => silent.told.closed && slow.told.closed);
    expect(slow.told.answer).toContain("HTTP/1.1 408 ");
  });

  it("takes so many connections at once and no more", async () => {
    const { url } = await serving();
    const all = await Promise.all(Array.from({ length: 70 }, () => raw(url)));
    await eventually("six refused", () => all.filter(({ told }) => told.closed).length === 6);
    for (const { socket, told } of all) if (!told.closed) socket.destroy();
    await eventually("a place is free again", () => all.every(({ told }) => told.closed));
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it("stops at once with connections open; before a start, and twice, too", async () => {
    const { url, server } = await serving();
    const { told } = await raw(url);
    await server.stop();
    await server.stop();
    await eventually("closed", () => told.closed);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
    const other = createHealthServer({
      host: "127.0.0.1",
      port: 0,
      isHealthy: () => true,
      metrics: () => "",
      onError: () => {},
    });
    await other.stop();
  });

  it("says that the port is taken", async () => {
    const { url } = await serving();
    const port = Number(new URL(url).port);
    const second = createHealthServer({
      host: "127.0.0.1",
      port,
      isHealthy: () => true,
      metrics: () => "",
      onError: () => {},
    });
    await expect(second.start()).rejects.toThrow(`cannot listen on ${url}: another process has the port`);
  });
});
