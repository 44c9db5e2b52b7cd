import { defineConfig } from 'vite';

// The kit's making as one file for Node, which tests run the programs of: there is no second copy of them.
export default defineConfig({
  build: {
    lib: { entry: 'src/kit.ts', formats: ['es'], fileName: () => 'kit.mjs' },
    outDir: 'target/kit',
    emptyOutDir: true,
    minify: false,
  },
});
