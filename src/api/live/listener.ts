import { Client } from "pg";

export type Listener = {
  /** Listens on these channels and no others; resolves once it does. */
  listenOn: (channels: ReadonlySet<string>) => Promise<void>;
  /** Notices a connection that died silently. */
  check: () => Promise<void>;
  stop: () => Promise<void>;
};

export type ListenerOptions = {
  /** Of the login catchment_api; a direct connection, since a pooler in transaction mode forgets who listens. */
  url: string;
  onMessage: (channel: string, payload: string) => void;
  /** It listens again after a loss: what was announced meanwhile is gone. */
  onReturn: () => void;
  log: (line: string) => void;
};

/** One connection for all subscriptions of this process, made when the first one comes and made again when it is lost. */
export function makeListener({ url, onMessage, onReturn, log }: ListenerOptions): Listener {
  let wanted: ReadonlySet<string> = new Set();
  let heard = new Set<string>();
  let client: Client | null = null;
  let retry: NodeJS.Timeout | null = null;
  let failures = 0;
  let isStopped = false;
  let chain: Promise<void> = Promise.resolve();

  /** One after the other, so that the list of channels is what the connection listens on. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = chain.then(work);
    chain = done.catch(() => {});
    return done;
  };

  const lose = (lost: Client, why: string) => {
    if (client !== lost) return;
    client = null;
    heard = new Set();
    lost.end().catch(() => {});
    if (isStopped) return;
    log(`live: the listening connection was lost: ${why}`);
    again();
  };

  const again = () => {
    if (isStopped || retry !== null) return;
    retry = setTimeout(
      () => {
        retry = null;
        inTurn(settle).then(onReturn, () => again());
      },
      Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS),
    );
    failures += 1;
  };

  const connect = async (): Promise<Client> => {
    const fresh = new Client({
      connectionString: url,
      application_name: "catchment listen",
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
      keepAlive: true,
    });
    fresh.on("error", (error) => lose(fresh, error.message));
    fresh.on("end", () => lose(fresh, "it ended"));
    fresh.on("notification", ({ channel, payload }) => onMessage(channel, payload ?? ""));
    await fresh.connect();
    return fresh;
  };

  const settle = async () => {
    if (isStopped || (wanted.size === 0 && client === null)) return;
    client ??= await connect();
    const current = client;
    const commands = [
      ...[...wanted]
        .filter((name) => !heard.has(name))
        .map((name) => `listen ${current.escapeIdentifier(name)}`),
      ...[...heard]
        .filter((name) => !wanted.has(name))
        .map((name) => `unlisten ${current.escapeIdentifier(name)}`),
    ];
    if (commands.length === 0) return;
    try {
      await current.query(commands.join(";"));
    } catch (error) {
      lose(current, error instanceof Error ? error.message : String(error));
      throw error;
    }
    heard = new Set(wanted);
    failures = 0;
  };

  return {
    listenOn: (channels) => {
      wanted = new Set(channels);
      return inTurn(settle);
    },
    check: () =>
      inTurn(async () => {
        const current = client;
        await current?.query("select").catch((error: Error) => lose(current, error.message));
      }),
    stop: async () => {
      isStopped = true;
      if (retry !== null) clearTimeout(retry);
      await chain;
      await client?.end().catch(() => {});
    },
  };
}

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;
