import { Client } from "pg";

export type Session = {
  begin: () => Promise<Client>;
  rollBack: () => Promise<void>;
  end: () => Promise<void>;
};

/** One session after another at this address: a test that lost its session leaves the next one a new one. */
export function makeSession(connectionString: string): Session {
  let client: Client | null = null;
  const end = async () => {
    await client?.end().catch(() => {});
    client = null;
  };
  return {
    begin: async () => {
      if (client === null) {
        client = new Client({ connectionString });
        client.on("error", () => {}); // a test may end it from outside
        await client.connect();
      }
      await client.query("begin");
      return client;
    },
    rollBack: async () => {
      client?.removeAllListeners("notice").removeAllListeners("notification");
      await client?.query("rollback").catch(end);
    },
    end,
  };
}
