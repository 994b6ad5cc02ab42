-- +goose Up
-- On PostgreSQL, row-level security holds the owner of the tables too, and until now a step came without a scope: as an owner
-- that is no superuser it changed no row. What earlier steps did to rows is done again here. Where it was done, nothing changes.
INSERT INTO designation_period (tenant_id, id, system_id, person_id, since, ended_at)
  SELECT d.tenant_id, d.person_id, d.system_id, d.person_id, d.since, d.ended_at FROM designation d
  WHERE NOT EXISTS (SELECT 1 FROM designation_period p WHERE p.tenant_id = d.tenant_id AND p.system_id = d.system_id AND p.person_id = d.person_id);
UPDATE system SET recorded_at = created_at WHERE recorded_at = 0;
UPDATE invoice SET told_until = coalesce(remind_at - 1, 9000000000000000), told_stop = (remind_at IS NULL) WHERE told > 0 AND told_until = 0;
UPDATE invoice SET remind_at = 0 WHERE paid_at IS NULL AND voided_at IS NULL AND NOT told_stop AND remind_at IS NULL;
UPDATE access_grant SET role = 'member' WHERE role = 'liaison' AND ended_at IS NULL
  AND EXISTS (SELECT 1 FROM designation d WHERE d.tenant_id = access_grant.tenant_id AND d.person_id = access_grant.person_id)
  AND NOT EXISTS (SELECT 1 FROM designation d WHERE d.tenant_id = access_grant.tenant_id AND d.person_id = access_grant.person_id AND d.ended_at IS NULL);
UPDATE access_grant SET directory_id = person_id WHERE directory_id IS NULL;
UPDATE system SET look_at = 0 WHERE id IN (SELECT x.system_id FROM order_exception x WHERE x.kind = 'extended');

-- +goose Down
SELECT 1;
