-- +goose Up
-- mail_line: the mails about one case to one person that have not left, in the order in which they were caused.
CREATE TABLE mail_line (
  id            UUID PRIMARY KEY,              -- rises with time
  case_id       UUID NOT NULL,
  person_id     UUID NOT NULL,
  event_id      UUID NOT NULL,
  template      TEXT NOT NULL,
  args          TEXT NOT NULL,                 -- of the job, to call it when its turn has come
  failed        BIGINT NOT NULL DEFAULT 0,     -- tries that failed for a reason of this mail's own
  aside         BOOLEAN NOT NULL DEFAULT FALSE, -- it holds up nobody any more
  at            BIGINT NOT NULL
);
CREATE INDEX mail_line_case ON mail_line (case_id, person_id, id);
