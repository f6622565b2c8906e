/** Speaks GraphQL-over-HTTP to one endpoint, in the name of one key. */

import { getOperationAST, Kind, OperationTypeNode, parse } from 'graphql';

import { subscription } from './subscribe.js';

const ACCEPT = 'application/graphql-response+json, application/json;q=0.9';

/** Headers typed in the headers editor win over the API key and everything else. */
function requestHeaders(apiKey, typed) {
  const headers = new Headers({ accept: ACCEPT, 'content-type': 'application/json' });
  if (apiKey) {
    headers.set('authorization', `Bearer ${apiKey}`);
  }
  for (const [name, value] of Object.entries(typed ?? {})) {
    headers.set(name, value);
  }
  return headers;
}

/** What GraphiQL shows: the answer, or the words of whoever answered in the server's place. */
async function answerOf(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${response.status} ${response.statusText}: ${text.slice(0, 500)}`);
  }
}

/** GraphiQL learns of an edit with a delay: run right after a paste, it would name an operation that is gone. */
function namesOperation(query, name) {
  try {
    return parse(query).definitions.some((each) => each.kind === Kind.OPERATION_DEFINITION && each.name?.value === name);
  } catch {
    return false; // the server says what is wrong with the query
  }
}

function isSubscription({ query, operationName }) {
  try {
    return getOperationAST(parse(query), operationName)?.operation === OperationTypeNode.SUBSCRIPTION;
  } catch {
    return false; // as above
  }
}

export function createFetcher(path, apiKey) {
  return async ({ query, variables, operationName }, options) => {
    const name = namesOperation(query, operationName) ? operationName : undefined;
    const operation = { query, variables, operationName: name };
    if (isSubscription(operation)) {
      return subscription(path, apiKey, options?.headers, operation);
    }
    const response = await fetch(path, {
      method: 'POST',
      headers: requestHeaders(apiKey, options?.headers),
      body: JSON.stringify(operation),
    });
    return answerOf(response);
  };
}
