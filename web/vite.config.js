import { defineConfig } from 'vite';

export default defineConfig({
  base: '/playground/',
  build: {
    outDir: 'dist',
    assetsInlineLimit: 0, // the Content-Security-Policy allows images from here, and few data: URLs
    chunkSizeWarningLimit: 5000, // Monaco is large and loaded once
    license: { fileName: 'licenses.md' },
  },
});
