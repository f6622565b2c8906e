/** What GraphiQL remembers: tabs and history for each endpoint, the theme for the page. */

import { createLocalStorage } from '@graphiql/toolkit';

const OF_THE_PAGE = ['graphiql:theme'];

export function createStorage(name) {
  const page = createLocalStorage({ namespace: 'armature:page' });
  const endpoint = createLocalStorage({ namespace: `armature:${name}` });
  const holding = (key) => (OF_THE_PAGE.includes(key) ? page : endpoint);
  return {
    getItem: (key) => holding(key).getItem(key),
    setItem: (key, value) => holding(key).setItem(key, value),
    removeItem: (key) => holding(key).removeItem(key),
    clear: () => [page, endpoint].forEach((each) => each.clear()),
    get length() {
      return page.length + endpoint.length;
    },
  };
}
