/**
 * Requests of the page to the services of the test server.
 *
 * @module
 */

/** Sends one. @throws Error that says so, if no answer arrives */
export async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch {
    throw new Error('No answer arrived. Nobody here knows whether the request did.');
  }
}

/** The JSON of an answer. @throws Error that says so, if it has none */
export async function jsonOf<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch {
    throw new Error(`Something else has answered ${response.status}, not the service.`);
  }
}
