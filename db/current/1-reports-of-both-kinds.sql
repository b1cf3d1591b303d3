-- Demands wait as reports do: defer_reports is told which.
drop function if exists app_private.defer_reports(uuid[], timestamptz);
