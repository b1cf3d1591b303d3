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

drop function if exists app_private.watch_lock_class();
