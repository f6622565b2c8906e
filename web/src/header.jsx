/** The bar above GraphiQL: which of the two APIs, and who is asking. */

import { useRef, useState } from 'react';

import { ENDPOINTS } from './endpoints.js';
import mark from './mark.svg';

function EndpointSwitch({ current }) {
  return (
    <nav className="endpoints" aria-label="API">
      {Object.entries(ENDPOINTS).map(([name, { label, path, title }]) => (
        <a key={name} href={`#${name}`} title={title} aria-current={name === current ? 'page' : undefined}>
          {label} <code>{path}</code>
        </a>
      ))}
    </nav>
  );
}

/** Takes effect on Enter or on leaving the field, so that a half-typed key is never sent. */
function ApiKeyField({ apiKey, onChoose }) {
  const input = useRef(null);
  const [shown, setShown] = useState(false);
  function commit() {
    const key = input.current.value.trim();
    if (key !== apiKey) {
      onChoose(key);
    }
  }
  function submit(event) {
    event.preventDefault();
    commit();
  }
  return (
    <form className="api-key" onSubmit={submit}>
      <label htmlFor="api-key">API key</label>
      <input
        id="api-key"
        key={apiKey}
        ref={input}
        type={shown ? 'text' : 'password'}
        defaultValue={apiKey}
        onBlur={commit}
        placeholder="arm_… or an access token"
        autoComplete="off"
        spellCheck={false}
      />
      <button type="button" aria-pressed={shown} onClick={() => setShown(!shown)}>
        {shown ? 'Hide' : 'Show'}
      </button>
    </form>
  );
}

export function Header({ current, apiKey, onChooseKey }) {
  return (
    <header className="playground-header">
      <h1>
        <img src={mark} alt="" /> Armature
      </h1>
      <EndpointSwitch current={current} />
      <ApiKeyField apiKey={apiKey} onChoose={onChooseKey} />
    </header>
  );
}
