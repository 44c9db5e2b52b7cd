import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/** The look of our own: a component library's colours by name, for light and for dark. */
const COLOURS: Record<string, [light: string, dark: string]> = {
  'color-text-link-default': ['#0b6e4f', '#6fd6ae'],
  'color-text-link-hover': ['#084c37', '#a5ecd0'],
  'color-text-accent': ['#0b6e4f', '#6fd6ae'],
  'color-background-button-primary-default': ['#0b6e4f', '#6fd6ae'],
  'color-background-button-primary-hover': ['#084c37', '#a5ecd0'],
  'color-background-button-primary-active': ['#06402e', '#6fd6ae'],
  'color-border-button-normal-default': ['#0b6e4f', '#6fd6ae'],
  'color-text-button-normal-default': ['#0b6e4f', '#6fd6ae'],
  'color-border-button-normal-hover': ['#084c37', '#a5ecd0'],
  'color-text-button-normal-hover': ['#084c37', '#a5ecd0'],
  'color-background-button-normal-hover': ['#eaf5f0', '#13251e'],
  'color-background-button-normal-active': ['#d5ebe1', '#1b362b'],
  'color-border-button-normal-active': ['#084c37', '#a5ecd0'],
  'color-text-button-normal-active': ['#084c37', '#a5ecd0'],
  'color-background-control-checked': ['#0b6e4f', '#6fd6ae'],
  'color-border-item-selected': ['#0b6e4f', '#6fd6ae'],
  'color-border-item-focused': ['#0b6e4f', '#6fd6ae'],
  'color-border-input-focused': ['#0b6e4f', '#6fd6ae'],
  'color-background-item-selected': ['#eaf5f0', '#13251e'],
  'color-text-interactive-active': ['#0f141a', '#ebebf0'],
  'color-background-segment-active': ['#0b6e4f', '#6fd6ae'],
  'color-border-segment-active': ['#0b6e4f', '#6fd6ae'],
  'color-text-segment-hover': ['#084c37', '#a5ecd0'],
  'color-border-segment-hover': ['#084c37', '#a5ecd0'],
  'color-border-tabs-underline': ['#0b6e4f', '#6fd6ae'],
};

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif";
const MONO = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/** Where the library declares its custom properties, each with a hash in its name. */
const DECLARED = 'node_modules/@cloudscape-design/components/internal/base-theme/styles.scoped.css';

/** Provides `virtual:theme.css`; a name that the library no longer has fails the build. */
export function theme(): Plugin {
  const id = 'virtual:theme.css';
  return {
    name: 'thingstead-theme',
    resolveId: asked => (asked === id ? `\0${id}` : undefined),
    load: asked => (asked === `\0${id}` ? stylesheet() : undefined),
  };
}

function stylesheet(): string {
  const declared = readFileSync(new URL(DECLARED, import.meta.url), 'utf8');
  const property = (name: string): string => {
    const found = new RegExp(`--${name}-[a-z0-9]{6}(?=:)`).exec(declared);
    if (!found) throw new Error(`the component library has no ${name} any more: see theme.ts`);
    return found[0];
  };
  const rules = (mode: 0 | 1): string =>
    Object.entries(COLOURS)
      .map(([name, pair]) => `${property(name)}: ${pair[mode]} !important;`)
      .join('\n');
  return `body {
    ${rules(0)}
    ${['base', 'heading', 'display'].map(use => `${property(`font-family-${use}`)}: ${FONT} !important;`).join('\n')}
    ${property('font-family-monospace')}: ${MONO} !important;
  }
  body.awsui-dark-mode { ${rules(1)} }`;
}
