drop function if exists app_private.excess_of(app_private.match_records, smallint[], real[]);
