-- Of arrivals that retention had emptied, the keys that their senders gave stood there in clear.
update app_private.capture_keys
   set idempotency_key = 'erased:' || encode(sha256(convert_to(capture_keys.idempotency_key, 'UTF8')), 'hex'), body_hash = null
  from app_public.captures
 where captures.id = capture_keys.capture_id and captures.erased_at is not null and capture_keys.body_hash is not null;
