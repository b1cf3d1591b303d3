/** Command line of the server. What the caller sets wins over what is set here, except the port. */
export function serverArguments(options: {
  port: number;
  durable: boolean;
  settings: Record<string, string>;
}): string[] {
  const settings = {
    ...SETTINGS,
    ...(options.durable ? {} : CARELESS),
    ...options.settings,
    port: `${options.port}`,
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** These builds know neither lz4 nor zstd, so WAL stays uncompressed: pglz costs more time than it saves. */
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  cluster_name: "catchment",
  max_connections: "200",
  shared_buffers: "256MB",
  effective_cache_size: "1GB",
  maintenance_work_mem: "128MB",
  autovacuum_naptime: "30s", // the queue and the pending captures turn over within seconds
  jit: "off",
  random_page_cost: "1.1",
  min_wal_size: "256MB",
  max_wal_size: "4GB",
  checkpoint_timeout: "15min",
  timezone: "UTC",
  log_timezone: "UTC",
  log_line_prefix: "%m [%p] %q%u@%d ",
  // People's data stays out of the log.
  log_parameter_max_length: "0",
  log_parameter_max_length_on_error: "0",
  log_error_verbosity: "terse",
} as const;

const CARELESS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  log_checkpoints: "off",
} as const;
