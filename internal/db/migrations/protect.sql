-- Run on PostgreSQL after every migration, by the owner; it may run again at any time.
-- 1. Every table with a tenant_id shows and takes only the rows of the customer of the transaction, unless the
--    transaction's scope is a staff member's or the program's own. One policy per table: several would be OR-ed. The
--    settings are read once per statement (SELECT), which also keeps the planner from taking the table for empty.
-- 2. The group liaison_app may read and write rows, and nothing else. People make their login role a member of it:
--    CREATE ROLE support LOGIN PASSWORD '...' IN ROLE liaison_app.
DO $$
DECLARE
  t regclass;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'liaison_app') THEN
    BEGIN
      CREATE ROLE liaison_app NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL; -- another database of the same server was faster
    END;
  END IF;

  FOR t IN
    SELECT c.oid FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
      AND a.attname = 'tenant_id' AND NOT a.attisdropped
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('DROP POLICY IF EXISTS scope ON %s', t);
    EXECUTE format($policy$CREATE POLICY scope ON %s
      USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid)
             OR (SELECT coalesce(current_setting('app.scope', true) IN ('staff', 'system'), false)))
      WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid
             OR current_setting('app.scope', true) IN ('staff', 'system'))$policy$, t);
  END LOOP;

  EXECUTE format('GRANT USAGE ON SCHEMA %I TO liaison_app', current_schema());
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO liaison_app', current_schema());
  EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO liaison_app', current_schema());
  EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO liaison_app', current_schema());
  EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE, SELECT ON SEQUENCES TO liaison_app', current_schema());
  REVOKE UPDATE, DELETE ON journal FROM liaison_app;
  REVOKE INSERT, UPDATE, DELETE ON goose_db_version FROM liaison_app;
END $$;
