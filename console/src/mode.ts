import { store } from './store';

/** Light, dark, or as the system says. */
export type Mode = 'light' | 'dark' | 'system';

const KEY = 'thingstead.mode';
const systemDark = window.matchMedia('(prefers-color-scheme: dark)');

function stored(): Mode {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

export const mode = store<Mode>(stored());
export const dark = store(false);

export function applyMode(): void {
  dark.set(mode.get() === 'dark' || (mode.get() === 'system' && systemDark.matches));
  document.body.classList.toggle('awsui-dark-mode', dark.get());
}

export function setMode(next: Mode): void {
  localStorage.setItem(KEY, next);
  mode.set(next);
  applyMode();
}

systemDark.addEventListener('change', applyMode);
