/**
 * What all sections of the page need: elements, buttons whose work is shown, results that are read out.
 *
 * @module
 */

import type { PowerAuthError } from '../src/index.ts';

/** An element of the page. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`#${id} is missing`);
  return found;
}

export const input = (id: string): HTMLInputElement => byId(id) as HTMLInputElement;

type Child = Node | string | undefined;

/** A new element; `data-…` and `aria-…` become attributes, as everything else. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

export type Look = 'good' | 'bad' | 'plain';

/** Each look has a sign as well, because not everybody sees colours. */
const SIGNS: Readonly<Record<Look, string>> = { good: '✓', bad: '✕', plain: '·' };

/** The outcome of something, in an `output`: screen readers read it out, because it is there before the text is. */
export function show(id: string, look: Look, text: string): void {
  const output = byId(id);
  output.dataset['look'] = look;
  output.replaceChildren(make('span', { 'aria-hidden': 'true', class: 'sign' }, SIGNS[look]), text);
}

export function clear(...ids: readonly string[]): void {
  for (const id of ids) byId(id).replaceChildren();
}

/** A short state beside a heading. */
export function badge(id: string, look: Look, text: string): void {
  const element = byId(id);
  element.dataset['look'] = look;
  element.textContent = text;
}

/** Shows or hides; the focus doesn't get lost with what is hidden, but moves to the heading of the section. */
export function visible(id: string, isVisible: boolean): void {
  const element = byId(id);
  if (element.hidden === !isVisible) return;
  const hadFocus = element.contains(document.activeElement);
  element.hidden = !isVisible;
  if (hadFocus) element.closest('section')?.querySelector<HTMLElement>('h2')?.focus();
}

/** What a failure is called. */
export const reason = (error: unknown): string => {
  const { code, message } = error as Partial<PowerAuthError>;
  return code === undefined ? String(message ?? error) : `${code}: ${message ?? ''}`;
};

let afterWork: () => Promise<void> = async () => undefined;

/** What is to be done after each button's work. */
export function whenDone(work: () => Promise<void>): void {
  afterWork = work;
}

/** Work of this tab that is in progress. */
let busy = 0;

export const isBusy = (): boolean => busy > 0;

/**
 * Does a button's work. In the meantime the button is disabled for assistive technology and clicks, and keeps the focus,
 * which it would lose if it were disabled in fact.
 */
export async function run(button: HTMLElement, resultId: string, work: () => Promise<void>): Promise<void> {
  if (button.getAttribute('aria-disabled') === 'true') return;
  button.setAttribute('aria-disabled', 'true');
  busy++;
  try {
    await work();
  } catch (error) {
    show(resultId, 'bad', reason(error));
  } finally {
    busy--;
    button.removeAttribute('aria-disabled');
  }
  await afterWork();
}

/** @param resultId where failures are shown */
export function onClick(id: string, resultId: string, work: () => Promise<void>): void {
  const button = byId(id);
  button.addEventListener('click', () => void run(button, resultId, work));
}

/** The same for the button of a form. */
export function onSubmit(id: string, resultId: string, work: () => Promise<void>): void {
  const form = byId(id);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const button = event.submitter ?? form.querySelector('button');
    if (button !== null) void run(button, resultId, work);
  });
}

/** The value of the chosen radio button. */
export const chosen = (name: string): string =>
  document.querySelector<HTMLInputElement>(`input[name="${name}"]:checked`)?.value ?? '';

export const count = (value: number): string => Math.round(value).toLocaleString('en');

export const plural = (value: number, noun: string): string => `${value} ${noun}${value === 1 ? '' : 's'}`;
