/**
 * Light or dark: as the system has it, until the user chooses.
 *
 * @module
 */

import { byId } from './page.ts';

const KEY = 'playground-scheme';

function apply(scheme: string): void {
  document.documentElement.dataset['scheme'] = scheme;
  byId('scheme').setAttribute('aria-pressed', String(scheme === 'dark'));
}

export function startScheme(): void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const current = (): string => localStorage.getItem(KEY) ?? (system.matches ? 'dark' : 'light');
  apply(current());
  system.addEventListener('change', () => apply(current()));
  byId('scheme').addEventListener('click', () => {
    localStorage.setItem(KEY, current() === 'dark' ? 'light' : 'dark');
    apply(current());
  });
}
