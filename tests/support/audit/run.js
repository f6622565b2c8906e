// Prints what every audit says of one endpoint, as JSON. Usage: node run.js <url> [<Authorization header>]
import { auditServer } from "graphql-http";

const [url, authorization] = process.argv.slice(2);

function fetchFn(address, options = {}) {
  const headers = new Headers(options.headers);
  if (authorization) headers.set("authorization", authorization);
  return fetch(address, { ...options, headers });
}

const results = await auditServer({ url, fetchFn });
const told = [];
for (const { id, name, status, reason, response } of results) {
  told.push({ id, name, status, reason, answer: response && `${response.status} ${await response.text().catch(() => "")}` });
}
console.log(JSON.stringify(told));
