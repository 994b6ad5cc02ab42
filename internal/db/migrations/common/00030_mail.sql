-- +goose Up
-- Mail in both directions.

-- inbound_mail: every mail that an inbox took, with what was decided about it. It is the installation's, not a
-- customer's: who sent it is a claim until it is proved. customer_id is set once the mail is a customer's matter.
CREATE TABLE inbound_mail (
  id            UUID PRIMARY KEY,
  dedupe        BYTEA NOT NULL UNIQUE,         -- SHA-256 of inbox, Message-ID, From and body: one delivery is handled once
  inbox         TEXT NOT NULL,                 -- address of the inbox
  received_at   BIGINT NOT NULL,               -- when our server, or the polled one, took it
  header_id     TEXT NOT NULL DEFAULT '',      -- its Message-ID, without angle brackets: our next mail about the case answers it
  sender        TEXT NOT NULL,                 -- addr-spec, normalised; '' when there is no single one
  sender_name   TEXT NOT NULL DEFAULT '',
  person_id     UUID,                          -- the person whose address it is, proved or not
  authenticated BOOLEAN NOT NULL DEFAULT FALSE,
  subject       TEXT NOT NULL DEFAULT '',
  body          TEXT NOT NULL DEFAULT '',      -- what was written; '' for restricted customers (sealed_id holds it)
  state         TEXT NOT NULL,                 -- case, message, held, adopted, released, discarded, ignored, refused, event
  reason        TEXT NOT NULL DEFAULT '',      -- code: why it is held, ignored or refused
  restricted    BOOLEAN NOT NULL DEFAULT FALSE, -- only cleared staff may read it
  customer_id   UUID,
  case_id       UUID,
  case_number   TEXT NOT NULL DEFAULT '',
  message_id    UUID,
  files         TEXT NOT NULL DEFAULT '[]',    -- JSON [{id, name, contentType, size, sha256}]: bytes under the installation's key while held
  sealed_id     UUID,                          -- the original bytes, or a restricted reply's text, under the installation's key
  size          BIGINT NOT NULL DEFAULT 0,
  decided_by    UUID,                          -- who adopted, released or discarded it
  decided_at    BIGINT
);
CREATE INDEX inbound_mail_held     ON inbound_mail (received_at, id) WHERE state = 'held';
CREATE INDEX inbound_mail_customer ON inbound_mail (customer_id, received_at) WHERE state = 'held';
CREATE INDEX inbound_mail_sender   ON inbound_mail (sender, received_at);
CREATE INDEX inbound_mail_message  ON inbound_mail (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX inbound_mail_case     ON inbound_mail (case_id) WHERE case_id IS NOT NULL;

-- mail_answer: when a sender last got an answer that is not about a case: at most one per 24 hours.
CREATE TABLE mail_answer (
  sender        TEXT PRIMARY KEY,              -- addr-spec, normalised
  at            BIGINT NOT NULL
);

-- outbound_mail: every mail that left, by its fixed Message-ID, and what became of it.
CREATE TABLE outbound_mail (
  message_id    TEXT PRIMARY KEY,              -- without angle brackets
  person_id     UUID,                          -- NULL for addresses that are nobody's (duty, neutral answers)
  kind          TEXT NOT NULL,
  case_number   TEXT NOT NULL DEFAULT '',
  state         TEXT NOT NULL,                 -- sending, sent, refused, unknown (accepted or not: the line broke), suppressed
  tries         BIGINT NOT NULL DEFAULT 0,
  error         TEXT NOT NULL DEFAULT '',      -- the server's answer, without people's text
  first_at      BIGINT NOT NULL,
  last_at       BIGINT NOT NULL
);
CREATE INDEX outbound_mail_time ON outbound_mail (last_at);

-- mail_failure: an address that cannot be reached or does not want our mail, until somebody clears it.
CREATE TABLE mail_failure (
  person_id     UUID PRIMARY KEY REFERENCES person(id),
  kind          TEXT NOT NULL,                 -- bounce, complaint
  status        TEXT NOT NULL DEFAULT '',      -- e.g. 5.1.1
  count         BIGINT NOT NULL,
  first_at      BIGINT NOT NULL,
  last_at       BIGINT NOT NULL
);

-- mail_setting: which mails a person gets; no row is the default.
CREATE TABLE mail_setting (
  person_id     UUID NOT NULL REFERENCES person(id),
  kind          TEXT NOT NULL,                 -- a kind of mail
  mode          TEXT NOT NULL,                 -- now, digest, off
  PRIMARY KEY (person_id, kind)
);

-- digest_line: what a person's next digest will tell.
CREATE TABLE digest_line (
  id            UUID PRIMARY KEY,
  person_id     UUID NOT NULL REFERENCES person(id),
  kind          TEXT NOT NULL,
  tenant_id     UUID,
  case_id       UUID,
  event_id      UUID NOT NULL,
  at            BIGINT NOT NULL
);
CREATE INDEX digest_line_person ON digest_line (person_id, at);

-- default_system_id: where a liaison's cases by mail go. triage: filed by mail with guessed system and version.
ALTER TABLE access_grant ADD COLUMN default_system_id UUID;
ALTER TABLE support_case ADD COLUMN triage BOOLEAN NOT NULL DEFAULT FALSE;
-- A message that came by mail: what it quoted is shown folded, its HTML in a frame of its own, sanitised.
ALTER TABLE message ADD COLUMN quoted TEXT NOT NULL DEFAULT '';
ALTER TABLE attachment ADD COLUMN content_id TEXT NOT NULL DEFAULT ''; -- of an inline picture: what cid: in the HTML refers to
CREATE TABLE message_html (
  tenant_id     UUID NOT NULL,
  message_id    UUID NOT NULL,
  html          TEXT NOT NULL,
  PRIMARY KEY (tenant_id, message_id),
  FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
);
CREATE TABLE description_html ( -- the same of the mail that a case was filed with
  tenant_id     UUID NOT NULL,
  case_id       UUID NOT NULL,
  html          TEXT NOT NULL,
  PRIMARY KEY (tenant_id, case_id),
  FOREIGN KEY (tenant_id, case_id) REFERENCES support_case (tenant_id, id)
);
-- headers of a demo mail, as the relay would get them.
ALTER TABLE demo_mail ADD COLUMN headers TEXT NOT NULL DEFAULT '';

-- +goose Down
SELECT 1;
