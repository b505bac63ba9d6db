export class RedisServer {
  private constructor();
  static start(options?: { readonly args?: readonly string[] | undefined }): Promise<RedisServer>;
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly pid: number | undefined;
  start(): Promise<void>;
  stop(signal?: NodeJS.Signals): Promise<void>;
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}
