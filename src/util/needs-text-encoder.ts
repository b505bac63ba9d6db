/**
 * Imported before a package that needs a TextEncoder while it is loaded, so that who lacks one is told what to do.
 *
 * @module
 */

import { requireGlobal } from './globals.ts';

requireGlobal('TextEncoder');
