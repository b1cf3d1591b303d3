-- Locks that stand on tables of ours: only who may enter app_private and write there can take one. A key of an advisory lock
-- is anybody's who can connect.
create table if not exists app_private.turns (
  name text primary key
);
comment on table app_private.turns is 'What is done by one transaction at a time: each locks the row of its name (take_turn).';

create table if not exists app_private.drain_watches (
  id int primary key
);
comment on table app_private.drain_watches is 'Never has a row: the session that drains holds a lock on it while it watches (is_watched).';

create table if not exists app_private.watched_stores (
  id int primary key
);
comment on table app_private.watched_stores is 'Never has a row: who stores captures and counts on the watch holds a lock on it (is_watched).';

alter table app_private.worker_pools add column if not exists pid int;
alter table app_private.worker_pools add column if not exists session_began_at timestamptz;
comment on column app_private.worker_pools.pid is 'The session that lasts as long as the process; with session_began_at, since numbers come again.';

do $$
begin
  -- Processes that run now showed their life by an advisory lock; a second run finds nothing.
  update app_private.worker_pools set pid = pg_stat_activity.pid, session_began_at = pg_stat_activity.backend_start
    from pg_locks join pg_stat_activity on pg_stat_activity.pid = pg_locks.pid
   where pg_locks.locktype = 'advisory' and pg_locks.granted and pg_locks.objsubid = 2
     and pg_locks.database = (select pg_database.oid from pg_database where pg_database.datname = current_database())
     and pg_locks.classid = (hashtext('catchment.worker')::bigint & 4294967295)::oid and pg_locks.objid = worker_pools.id::oid
     and pg_stat_activity.usename = 'catchment_worker' and worker_pools.pid is null;
end
$$;

drop function if exists app_private.watch_lock_class();
drop function if exists app_private.worker_lock_class();
