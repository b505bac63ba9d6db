/**
 * Imported before a package that needs a TextEncoder while it is loaded, so that a runtime without one gets an error
 * that says what to do.
 *
 * @module
 */

import { requireGlobal } from './globals.ts';

requireGlobal('TextEncoder');
