drop function if exists app_private.withdraw_unseen(uuid[], timestamptz);  -- claim_notifications asks may_hear_of instead, whatever moved the lead
