/**
 * `serve`: the test server as a program.
 *
 * @module
 */

import type { Command } from 'commander';
import type { CommandBuilder } from '../command.ts';

export const serve = (builder: CommandBuilder): Command =>
  builder.build(
    {
      usage: 'serve',
      summary: 'start a PowerAuth server for tests',
      description: `Starts a PowerAuth server that verifies what a real one does, for tests: it is no place for real users. When it is ready, it prints a line of JSON with its URL and the configuration for clients; it ends with Ctrl-C or SIGTERM.

With --config a file has keys, back-ends, users, activations and faults; POWERAUTH_CONFIG, which names the configuration of clients, is not read. The admin API is at /admin/ of the same port, for programs of this machine; GET /admin/health answers when the server is ready, /admin/openapi.json describes the rest.`,
      options: [
        ['--port <port>', 'default: 0, any that is free'],
        ['--host <host>', 'the address to listen at; default: 127.0.0.1'],
        ['--state <file>', 'keeps keys, activations and tokens over restarts'],
        ['--allow-origin <origin>', 'whose pages may call it, such as http://localhost:5173, or *'],
        ['--tls-cert <file>', 'the certificate, in PEM, with those above it; makes it https'],
        ['--tls-key <file>', 'its private key, in PEM, in a private file'],
        ['--admin-port <port>', 'the admin API at a port of its own, on this machine'],
        ['--admin-token-file <file>', 'private file with a token that the admin API asks for; - is stdin'],
        ['--like <release>', 'the release that it behaves like: 1.9 or 2.2; default: 1.9'],
        ['--playground', 'a page to try everything, at /playground/'],
      ],
      refuses: ['--base-url', '--instance', '--store', '--store-file', '--sealing-key', '--insecure-http'],
      examples: [
        'powerauth-wasm serve --port 8080',
        'powerauth-wasm serve --port 8080 --playground',
        'powerauth-wasm serve --port 8080 --state state.jsonl --config server.json',
        'powerauth-wasm serve --port 8080 & curl -X POST http://127.0.0.1:8080/admin/activations',
      ],
    },
    async (context, options) => {
      const { runServer } = await import('../serve/run-server.ts');
      await runServer(context, options);
    },
  );
