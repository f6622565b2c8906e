/** Which key requests are made with: one typed here lives as long as the browser's tab, else the demo's. */

import { useState } from 'react';

const TYPED = 'armature:apiKey';

export function useApiKey(demoApiKey) {
  const [typed, setTyped] = useState(() => sessionStorage.getItem(TYPED) ?? '');
  function choose(key) {
    const chosen = key === demoApiKey ? '' : key;
    if (chosen) {
      sessionStorage.setItem(TYPED, chosen);
    } else {
      sessionStorage.removeItem(TYPED);
    }
    setTyped(chosen);
  }
  return [typed || demoApiKey || '', choose];
}
