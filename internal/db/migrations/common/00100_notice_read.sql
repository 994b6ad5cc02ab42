-- +goose Up
-- notice_read: who has opened which notice; a notice of a centre is read by each of its people for themselves.
CREATE TABLE notice_read (
  person_id     UUID NOT NULL,
  notice_id     UUID NOT NULL,
  at            BIGINT NOT NULL,               -- of the notice, so that it goes when the notice goes
  PRIMARY KEY (person_id, notice_id)
);

-- notice_mark: up to when somebody has read everything.
CREATE TABLE notice_mark (
  person_id     UUID PRIMARY KEY,
  read_to       BIGINT NOT NULL
);
