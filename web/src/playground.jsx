/** GraphiQL for the endpoint that the address names: /playground#graphql or /playground#metadata. */

import { GraphiQL } from 'graphiql';
import { useEffect, useMemo, useSyncExternalStore } from 'react';

import { ENDPOINTS, firstTabs } from './endpoints.js';
import { createFetcher } from './fetcher.js';
import { Header } from './header.jsx';
import { useApiKey } from './keys.js';
import { createStorage } from './storage.js';

function onAddressChange(notify) {
  window.addEventListener('hashchange', notify);
  return () => window.removeEventListener('hashchange', notify);
}

function currentEndpoint() {
  const name = window.location.hash.slice(1);
  return Object.hasOwn(ENDPOINTS, name) ? name : 'graphql';
}

/** Each endpoint keeps its own tabs and history, so it is an editor of its own. */
function Editor({ name, apiKey, hasDemo }) {
  const fetcher = useMemo(() => createFetcher(ENDPOINTS[name].path, apiKey), [name, apiKey]);
  const storage = useMemo(() => createStorage(name), [name]);
  return (
    <GraphiQL fetcher={fetcher} storage={storage} defaultTabs={firstTabs(name, hasDemo)} schemaDescription>
      <GraphiQL.Logo>{ENDPOINTS[name].title}</GraphiQL.Logo>
    </GraphiQL>
  );
}

export function Playground({ demoApiKey }) {
  const name = useSyncExternalStore(onAddressChange, currentEndpoint);
  const [apiKey, chooseKey] = useApiKey(demoApiKey);
  useEffect(() => {
    document.title = `${ENDPOINTS[name].label} · Armature playground`;
  }, [name]);
  return (
    <div className="graphiql-container playground">
      <Header current={name} apiKey={apiKey} onChooseKey={chooseKey} />
      <main>
        <Editor key={name} name={name} apiKey={apiKey} hasDemo={Boolean(demoApiKey)} />
      </main>
    </div>
  );
}
