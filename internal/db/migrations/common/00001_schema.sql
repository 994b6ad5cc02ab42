-- +goose Up
-- One text for both engines: UUID and BYTEA become BLOB on SQLite. Instants are BIGINT UTC microseconds, dates
-- TEXT 'YYYY-MM-DD', JSON is TEXT. Tables with a tenant_id hold a customer's rows: their keys start with it, so
-- that no row can point into another customer; row-level security stands behind them on PostgreSQL.

CREATE TABLE customer (
  id            UUID PRIMARY KEY,
  key           TEXT NOT NULL UNIQUE,          -- short stable name, e.g. nordwind
  name          TEXT NOT NULL,
  kind          TEXT NOT NULL DEFAULT 'customer', -- customer, partner, reseller
  country       TEXT NOT NULL,                 -- contract country, ISO 3166 alpha-2
  centre        TEXT NOT NULL,                 -- regional centre of the contract
  language      TEXT NOT NULL DEFAULT 'en',
  restricted    BOOLEAN NOT NULL DEFAULT FALSE,
  data_key      BYTEA NOT NULL,                -- file key, wrapped by the installation's key
  created_at    BIGINT NOT NULL
);

CREATE TABLE person (
  id            UUID PRIMARY KEY,
  email         TEXT NOT NULL,
  email_norm    TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  phone         TEXT NOT NULL DEFAULT '',
  language      TEXT NOT NULL DEFAULT 'en',
  zone          TEXT NOT NULL DEFAULT 'UTC',   -- IANA name
  theme         TEXT NOT NULL DEFAULT '',      -- '', light, dark
  shortcuts     BOOLEAN NOT NULL DEFAULT TRUE, -- single-key shortcuts on the desk
  password_hash TEXT NOT NULL DEFAULT '',      -- argon2id, PHC string; '' = no password
  staff_role    TEXT NOT NULL DEFAULT '',      -- '' for people of customers
  centre        TEXT NOT NULL DEFAULT '',
  disabled_at   BIGINT,
  created_at    BIGINT NOT NULL
);

-- access_grant: what one person is to one customer. A request acts for exactly one of them.
CREATE TABLE access_grant (
  tenant_id     UUID NOT NULL REFERENCES customer(id),
  person_id     UUID NOT NULL REFERENCES person(id),
  role          TEXT NOT NULL,                 -- liaison, member
  kind          TEXT NOT NULL DEFAULT 'own',   -- own, affiliate, partner
  created_at    BIGINT NOT NULL,
  ended_at      BIGINT,
  PRIMARY KEY (tenant_id, person_id)
);
CREATE INDEX access_grant_person ON access_grant (person_id);

CREATE TABLE session (
  id            UUID PRIMARY KEY,
  token_hash    BYTEA NOT NULL UNIQUE,         -- SHA-256
  person_id     UUID NOT NULL REFERENCES person(id),
  customer_id   UUID,                          -- the customer acted for
  created_at    BIGINT NOT NULL,
  seen_at       BIGINT NOT NULL,
  expires_at    BIGINT NOT NULL
);
CREATE INDEX session_person ON session (person_id);

CREATE TABLE api_token (
  id            UUID PRIMARY KEY,
  token_hash    BYTEA NOT NULL UNIQUE,
  person_id     UUID NOT NULL REFERENCES person(id),
  customer_id   UUID,
  name          TEXT NOT NULL,
  scopes        TEXT NOT NULL,                 -- space separated: read write
  created_at    BIGINT NOT NULL,
  expires_at    BIGINT,
  revoked_at    BIGINT
);
CREATE INDEX api_token_person ON api_token (person_id);

CREATE TABLE password_reset (
  id            UUID PRIMARY KEY,
  token_hash    BYTEA NOT NULL UNIQUE,
  person_id     UUID NOT NULL REFERENCES person(id),
  created_at    BIGINT NOT NULL,
  expires_at    BIGINT NOT NULL,
  used_at       BIGINT
);
CREATE INDEX password_reset_person ON password_reset (person_id);

CREATE TABLE product (
  id            TEXT PRIMARY KEY,              -- e.g. analytics-server
  name          TEXT NOT NULL
);

CREATE TABLE product_release (
  product_id    TEXT NOT NULL REFERENCES product(id),
  version       TEXT NOT NULL,                 -- e.g. 2026.2
  platform      TEXT NOT NULL,                 -- platform release it belongs to, e.g. 2026
  ga_date       TEXT NOT NULL,
  end_date      TEXT,                          -- published last supported day (inclusive); NULL: GA + 3 years
  PRIMARY KEY (product_id, version)
);

-- system: a DSI, one set of metadata databases with its environments.
CREATE TABLE system (
  tenant_id     UUID NOT NULL REFERENCES customer(id),
  id            UUID NOT NULL,
  name          TEXT NOT NULL,
  deployment    TEXT NOT NULL,                 -- on_prem, cloud
  country       TEXT NOT NULL,
  calendar      TEXT NOT NULL,                 -- e.g. emea-cet:DE
  centre        TEXT NOT NULL,
  product_id    TEXT NOT NULL REFERENCES product(id),
  version       TEXT NOT NULL,
  created_at    BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
);

CREATE INDEX system_by_id ON system (id); -- staff name a system without its customer

CREATE TABLE environment (
  tenant_id     UUID NOT NULL,
  system_id     UUID NOT NULL,
  name          TEXT NOT NULL,                 -- production, development, test
  production    BOOLEAN NOT NULL,
  position      BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, system_id, name),
  FOREIGN KEY (tenant_id, system_id) REFERENCES system (tenant_id, id)
);

CREATE TABLE subscription (
  tenant_id     UUID NOT NULL,
  id            UUID NOT NULL,
  system_id     UUID NOT NULL,
  plan          TEXT NOT NULL,                 -- standard, extended, premier, elite
  from_date     TEXT NOT NULL,                 -- both days inclusive, vendor's zone
  to_date       TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, system_id) REFERENCES system (tenant_id, id)
);
CREATE INDEX subscription_system ON subscription (tenant_id, system_id, from_date, to_date);

CREATE TABLE order_exception (
  tenant_id     UUID NOT NULL,
  id            UUID NOT NULL,
  system_id     UUID NOT NULL,
  document      TEXT NOT NULL,
  scope         TEXT NOT NULL,                 -- full, or a space separated list of services
  from_date     TEXT NOT NULL,
  to_date       TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, system_id) REFERENCES system (tenant_id, id)
);
CREATE INDEX order_exception_system ON order_exception (tenant_id, system_id);

CREATE TABLE invoice (
  tenant_id     UUID NOT NULL REFERENCES customer(id),
  id            UUID NOT NULL,
  number        TEXT NOT NULL,
  due_date      TEXT NOT NULL,
  paid_at       BIGINT,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX invoice_unpaid ON invoice (due_date) WHERE paid_at IS NULL;

-- designation: a liaison of a system, since when.
CREATE TABLE designation (
  tenant_id     UUID NOT NULL,
  system_id     UUID NOT NULL,
  person_id     UUID NOT NULL,
  since         BIGINT NOT NULL,
  ended_at      BIGINT,
  PRIMARY KEY (tenant_id, system_id, person_id),
  FOREIGN KEY (tenant_id, system_id) REFERENCES system (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES access_grant (tenant_id, person_id)
);
CREATE INDEX designation_person ON designation (tenant_id, person_id);

CREATE TABLE support_case (
  tenant_id       UUID NOT NULL REFERENCES customer(id),
  id              UUID NOT NULL,
  number          TEXT NOT NULL,               -- digits with a check digit
  version         BIGINT NOT NULL DEFAULT 1,   -- optimistic lock, the ETag
  status          TEXT NOT NULL,
  suspended       BOOLEAN NOT NULL DEFAULT FALSE,
  is_open         BOOLEAN NOT NULL DEFAULT TRUE, -- status is neither resolved nor closed
  priority        BIGINT NOT NULL,             -- 1..4, the effective one
  requested_priority BIGINT NOT NULL,
  plan            TEXT NOT NULL,
  plan_order      BIGINT NOT NULL,             -- 0 = served first; the pack's rank turned round
  system_id       UUID NOT NULL,
  environment     TEXT NOT NULL,
  production      BOOLEAN NOT NULL,
  deployment      TEXT NOT NULL,
  country         TEXT NOT NULL,
  calendar        TEXT NOT NULL,               -- regional calendar; the clock in use follows from the facts
  centre          TEXT NOT NULL,               -- centre that serves it ("cloud" for cloud systems)
  product_id      TEXT NOT NULL,
  product_version TEXT NOT NULL,
  channel         TEXT NOT NULL,               -- portal, email, phone, api
  received_at     BIGINT NOT NULL,
  registered_at   BIGINT NOT NULL,
  liaison_id      UUID NOT NULL,
  registered_by   UUID NOT NULL,
  assignee_id     UUID,
  edition         TEXT NOT NULL,
  decision        TEXT NOT NULL,               -- JSON: the intake decision with its inputs
  subject         TEXT NOT NULL,
  symptoms        TEXT NOT NULL,
  error_messages  TEXT NOT NULL,
  steps_taken     TEXT NOT NULL,
  impact          TEXT NOT NULL,
  reproducibility TEXT NOT NULL DEFAULT '',
  scope           TEXT NOT NULL DEFAULT '',
  checklist       TEXT NOT NULL DEFAULT '[]',  -- JSON list of checks answered yes
  consent_version TEXT NOT NULL DEFAULT '',
  remedy          TEXT NOT NULL DEFAULT '',    -- JSON {kind, text, article, release}
  facts           TEXT NOT NULL,               -- JSON []sla.Event: the journal's clock facts of this case, in order
  next_due        BIGINT,                      -- earliest instant at which the sweep has something to do
  next_promise    BIGINT,                      -- earliest unmet due instant: what the queue sorts by
  language        TEXT NOT NULL DEFAULT 'en',  -- of the text the customer wrote
  updated_at      BIGINT NOT NULL,
  closed_at       BIGINT,
  reopened_from   UUID,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, system_id) REFERENCES system (tenant_id, id),
  FOREIGN KEY (tenant_id, liaison_id) REFERENCES access_grant (tenant_id, person_id)
);
CREATE INDEX case_queue    ON support_case (priority, plan_order, next_promise, received_at, id) WHERE is_open;
CREATE INDEX case_assignee ON support_case (assignee_id, priority, plan_order, next_promise, received_at, id) WHERE is_open;
CREATE INDEX case_due      ON support_case (next_due) WHERE next_due IS NOT NULL;
CREATE INDEX case_recent   ON support_case (tenant_id, updated_at, id);
CREATE INDEX case_all      ON support_case (updated_at, id);
CREATE INDEX case_system   ON support_case (tenant_id, system_id);
CREATE INDEX case_coverage ON support_case (tenant_id, system_id, suspended, is_open) WHERE is_open; -- is_open: so that the index is enough

-- case_number keeps numbers unique in the installation when rows are spread by customer.
CREATE TABLE case_number (
  number        TEXT PRIMARY KEY,
  tenant_id     UUID NOT NULL,
  case_id       UUID NOT NULL
);

CREATE TABLE message (
  tenant_id     UUID NOT NULL,
  id            UUID NOT NULL,
  case_id       UUID NOT NULL,
  author_id     UUID,
  author_side   TEXT NOT NULL,                 -- customer, staff, system
  visibility    TEXT NOT NULL,                 -- public, internal
  question      BOOLEAN NOT NULL DEFAULT FALSE,
  channel       TEXT NOT NULL DEFAULT 'portal',
  body          TEXT NOT NULL,                 -- Markdown
  language      TEXT NOT NULL DEFAULT '',
  at            BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, case_id) REFERENCES support_case (tenant_id, id)
);
CREATE INDEX message_case ON message (tenant_id, case_id, at, id);

CREATE TABLE attachment (
  tenant_id     UUID NOT NULL REFERENCES customer(id),
  id            UUID NOT NULL,
  blob_id       UUID NOT NULL,                 -- its bytes; another id than the row's when staff uploaded it first
  person_id     UUID NOT NULL,
  case_id       UUID,
  message_id    UUID,
  internal      BOOLEAN NOT NULL DEFAULT FALSE,
  name          TEXT NOT NULL,
  content_type  TEXT NOT NULL,
  size          BIGINT NOT NULL,
  sha256        TEXT NOT NULL,
  created_at    BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, case_id) REFERENCES support_case (tenant_id, id)
);
CREATE INDEX attachment_case ON attachment (tenant_id, case_id);

-- pending_upload: a file of staff before it is used; it moves into attachment when it joins a case.
CREATE TABLE pending_upload (
  id            UUID PRIMARY KEY,
  person_id     UUID NOT NULL REFERENCES person(id),
  name          TEXT NOT NULL,
  content_type  TEXT NOT NULL,
  size          BIGINT NOT NULL,
  sha256        TEXT NOT NULL,
  created_at    BIGINT NOT NULL
);

CREATE TABLE draft (
  person_id     UUID NOT NULL REFERENCES person(id),
  customer_id   UUID NOT NULL,
  name          TEXT NOT NULL,                 -- new-case, reply-<number>
  body          TEXT NOT NULL,                 -- JSON of the form's values
  updated_at    BIGINT NOT NULL,
  PRIMARY KEY (person_id, customer_id, name)
);

-- notice: what the bell shows to one staff member, or to everyone of a centre.
CREATE TABLE notice (
  id            UUID PRIMARY KEY,
  person_id     UUID,
  centre        TEXT NOT NULL DEFAULT '',
  kind          TEXT NOT NULL,                 -- warning, breach, question_answered ...
  tenant_id     UUID,
  case_id       UUID,
  number        TEXT NOT NULL DEFAULT '',
  data          TEXT NOT NULL DEFAULT '{}',
  at            BIGINT NOT NULL,
  read_at       BIGINT
);
CREATE INDEX notice_person ON notice (person_id, at);
CREATE INDEX notice_centre ON notice (centre, at);

-- undo: how to take back one bulk or single-field change within its time.
CREATE TABLE undo (
  id            UUID PRIMARY KEY,
  person_id     UUID NOT NULL,
  data          TEXT NOT NULL,
  expires_at    BIGINT NOT NULL,
  used_at       BIGINT
);

CREATE TABLE idempotency (
  actor         UUID NOT NULL,
  route         TEXT NOT NULL,
  key           TEXT NOT NULL,
  body_hash     BYTEA NOT NULL,
  status        BIGINT NOT NULL,
  header        TEXT NOT NULL,
  body          BYTEA NOT NULL,
  created_at    BIGINT NOT NULL,
  PRIMARY KEY (actor, route, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

-- demo_mail: the demo's own mailbox; production never writes it.
CREATE TABLE demo_mail (
  id            UUID PRIMARY KEY,
  message_id    TEXT NOT NULL UNIQUE,
  recipient     TEXT NOT NULL,
  subject       TEXT NOT NULL,
  text_body     TEXT NOT NULL,
  html_body     TEXT NOT NULL,
  at            BIGINT NOT NULL
);
CREATE INDEX demo_mail_at ON demo_mail (at);

CREATE TABLE policy_edition (
  edition       TEXT PRIMARY KEY,
  pack          TEXT NOT NULL,
  effective_at  BIGINT NOT NULL,
  sha256        TEXT NOT NULL,
  imported_at   BIGINT NOT NULL
);

-- setting: values of the installation itself, e.g. the demo's seed and clock, the wrapped key's id.
CREATE TABLE setting (
  name          TEXT PRIMARY KEY,
  value         TEXT NOT NULL
);

-- journal: append only. Ids, codes, instants, hashes; never names, addresses or message text.
CREATE TABLE journal (
  seq           BIGINT PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
  at            BIGINT NOT NULL,
  occurred_at   BIGINT NOT NULL,
  tenant_id     UUID,
  actor_id      UUID,
  actor_kind    TEXT NOT NULL,                 -- customer, staff, system
  subject_kind  TEXT NOT NULL,                 -- case, person, customer, system, session, token, installation
  subject_id    UUID,
  kind          TEXT NOT NULL,                 -- e.g. case.registered
  visibility    TEXT NOT NULL,                 -- customer, staff, system
  data          TEXT NOT NULL,
  clause        TEXT NOT NULL DEFAULT '',
  edition       TEXT NOT NULL DEFAULT ''
);
CREATE INDEX journal_subject ON journal (subject_id, seq);

-- +goose Down
SELECT 1;
