-- `lead`: one lead alone is held, since what was typed into it speaks for nobody else (suppressible_keys).
alter table app_private.suppressions drop constraint if exists suppressions_kind_check;
alter table app_private.suppressions add constraint suppressions_kind_check check (kind in ('email', 'phone', 'external_id', 'domain', 'lead'));
