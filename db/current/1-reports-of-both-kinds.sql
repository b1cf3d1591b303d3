-- Demands wait as reports do: these are told which.
drop function if exists app_private.awaited_reports(jsonb), app_private.defer_reports(uuid[], timestamptz);
