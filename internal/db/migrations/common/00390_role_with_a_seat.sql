-- +goose Up
-- The role of a liaison comes with a seat and with nothing else (1.1, 2.4). Who has the role and no seat now, whether there never
-- was one or the last one has ended, is a member until somebody designates them. No line in the journal says so: the page of
-- operations, under "Upgrade", says how to find them beforehand.
UPDATE access_grant SET role = 'member' WHERE role = 'liaison' AND ended_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM designation d WHERE d.tenant_id = access_grant.tenant_id AND d.person_id = access_grant.person_id AND d.ended_at IS NULL);

-- +goose Down
SELECT 1;
