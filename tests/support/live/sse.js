// A client of graphql-sse. Usage: node sse.js <url> <token> <query>; prints each result, and what ends it, as JSON lines.
import { createClient } from "graphql-sse";

const [url, token, query] = process.argv.slice(2);
const tell = (line) => console.log(JSON.stringify(line));

const client = createClient({
  url,
  retryAttempts: 100,
  retry: () => new Promise((resolve) => setTimeout(resolve, 50)),
  headers: { Authorization: `Bearer ${token}` },
});

try {
  for await (const result of client.iterate({ query })) tell({ result });
  tell({ complete: true });
} catch (error) {
  tell({ error: Array.isArray(error) ? error : String(error.message ?? error) });
}
client.dispose();
