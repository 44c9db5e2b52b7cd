import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { firstPage } from './first.ts';
import { theme } from './theme.ts';

export default defineConfig({
  base: '/console/',
  plugins: [react(), theme(), firstPage()],
  build: {
    outDir: 'target/web',
    emptyOutDir: true,
    manifest: 'manifest.json',
    license: { fileName: 'licenses.md' },
    // The server's Content-Security-Policy lets nothing in that is written into the page.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
  },
});
