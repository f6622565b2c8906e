import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './playground.css';

import { createRoot } from 'react-dom/client';

import { Playground } from './playground.jsx';

/** The server tells the demo's key to this machine only; without it the page works all the same. */
async function readConfig() {
  try {
    const response = await fetch('/playground/config.json');
    return response.ok ? await response.json() : {};
  } catch {
    return {};
  }
}

const { demoApiKey = null } = await readConfig();
createRoot(document.getElementById('playground')).render(<Playground demoApiKey={demoApiKey} />);
