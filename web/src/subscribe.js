/** Subscriptions of one endpoint, over a WebSocket of their own, in the name of one key. */

import { createClient } from 'graphql-ws';

/** Where pages of http find sockets. */
function socketAddress(path) {
  const address = new URL(path, window.location.href);
  address.protocol = address.protocol.replace('http', 'ws');
  return address.href;
}

/** What ended it, in words: GraphQL's errors, why the server closed the connection, or something else. */
function inWords(problem) {
  if (Array.isArray(problem)) {
    return problem;
  }
  return new Error(problem?.reason || problem?.message || `The connection was closed (${problem?.code ?? 'no code'}).`);
}

/** What GraphiQL takes for many results. The socket is there as long as somebody listens. */
export function subscription(path, apiKey, typed, operation) {
  return {
    subscribe({ next, error, complete }) {
      const client = createClient({
        url: socketAddress(path),
        connectionParams: { ...(apiKey && { authorization: `Bearer ${apiKey}` }), ...typed },
        retryAttempts: 0,
      });
      const end = client.subscribe(operation, { next, complete, error: (problem) => error(inWords(problem)) });
      return {
        unsubscribe() {
          end();
          client.dispose();
        },
      };
    },
  };
}
