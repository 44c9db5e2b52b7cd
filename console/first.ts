import type { HtmlTagDescriptor, Plugin } from 'vite';

/** The page that most people see first, and what tells whether somebody has signed in. */
const PAGE = '/src/pages/Home.tsx';
const SESSION = '/_thingstead/console/session';

interface Chunk {
  type: 'chunk';
  fileName: string;
  facadeModuleId: string | null;
  imports: string[];
  viteMetadata?: { importedCss: Set<string> };
}

/**
 * Has the browser fetch the first page and the session together with the program, instead of one after the other:
 * on a slow line that saves two round trips.
 */
export function firstPage(): Plugin {
  return {
    name: 'thingstead-first-page',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        if (!bundle) return [];
        const chunks = Object.values(bundle).filter((each): each is Chunk & typeof each => each.type === 'chunk');
        const page = chunks.find(each => each.facadeModuleId?.endsWith(PAGE));
        if (!page) throw new Error(`the bundle has no ${PAGE}: see first.ts`);
        const scripts = new Set<string>();
        const styles = new Set<string>();
        const visit = (chunk: Chunk | undefined) => {
          if (!chunk || scripts.has(chunk.fileName)) return;
          scripts.add(chunk.fileName);
          chunk.viteMetadata?.importedCss.forEach(file => styles.add(file));
          chunk.imports.forEach(file => visit(chunks.find(each => each.fileName === file)));
        };
        visit(page);
        const link = (attrs: Record<string, string | boolean>): HtmlTagDescriptor => ({ tag: 'link', attrs, injectTo: 'head' });
        const absent = (file: string) => !html.includes(file);
        return [
          link({ rel: 'preload', as: 'fetch', href: SESSION, crossorigin: true }),
          ...[...scripts].filter(absent).map(file => link({ rel: 'modulepreload', href: `/console/${file}`, crossorigin: true })),
          ...[...styles].filter(absent).map(file => link({ rel: 'preload', as: 'style', href: `/console/${file}`, crossorigin: true })),
        ];
      },
    },
  };
}
