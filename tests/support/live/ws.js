// A client of graphql-ws. Usage: node ws.js <url> <token> <query>; prints each result, and what ends it, as JSON lines.
import { createClient } from "graphql-ws";
import { applyLiveQueryJSONPatch } from "@n1ru4l/graphql-live-query-patch-json-patch";
import { Repeater } from "@repeaterjs/repeater";
import WebSocket from "ws";

const [url, token, query] = process.argv.slice(2);
const tell = (line) => console.log(JSON.stringify(line));

const client = createClient({
  url: url.replace("http", "ws"),
  webSocketImpl: WebSocket,
  retryAttempts: 100,
  retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
  connectionParams: { Authorization: `Bearer ${token}` },
  on: { closed: (event) => tell({ closed: event.code }), opened: () => tell({ opened: true }) },
});

// As many clients do it, so that patches are put together by the package for them.
const results = new Repeater((push, stop) => {
  const unsubscribe = client.subscribe({ query }, { next: push, error: (error) => stop(error), complete: () => stop() });
  stop.then(unsubscribe);
});

try {
  for await (const result of applyLiveQueryJSONPatch(results)) tell({ result });
  tell({ complete: true });
} catch (error) {
  tell({ error: Array.isArray(error) ? error : String(error.message ?? error.reason ?? error) });
}
await client.dispose();
