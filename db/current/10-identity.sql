-- They ask for more, or answer less, than before.
drop function if exists app_private.claim_identities(app_private.arrival[]);
do $$ begin
  if exists (select from pg_proc where oid = to_regprocedure('app_private.mark_shared(app_private.claim[], app_private.likeness[])') and prorettype <> 'void'::regtype) then
    drop function app_private.mark_shared(app_private.claim[], app_private.likeness[]);
  end if;
end $$;
