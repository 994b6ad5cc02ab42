-- +goose Up
-- The customer's cooperation on urgent cases (3.3).

-- customer_task: what the customer is asked to test, to send or to carry out. What was asked and answered are messages.
CREATE TABLE customer_task (
  tenant_id     UUID NOT NULL,
  id            UUID NOT NULL,
  case_id       UUID NOT NULL,
  kind          TEXT NOT NULL,                 -- test, information, measure
  message_id    UUID NOT NULL,                 -- what is asked
  asked_by      UUID NOT NULL,
  asked_at      BIGINT NOT NULL,
  due_at        BIGINT NOT NULL,
  state         TEXT NOT NULL,                 -- open, done, declined, given_up
  late_at       BIGINT,                        -- when it was found late; NULL: not yet
  answer_id     UUID,                          -- the note that it ended with
  ended_by      UUID,
  ended_at      BIGINT,
  version       BIGINT NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, case_id) REFERENCES support_case (tenant_id, id),
  FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id),
  FOREIGN KEY (tenant_id, answer_id) REFERENCES message (tenant_id, id)
);
CREATE INDEX customer_task_case ON customer_task (tenant_id, case_id, asked_at, id);
CREATE INDEX customer_task_due ON customer_task (due_at) WHERE state = 'open' AND late_at IS NULL;

-- +goose Down
DROP TABLE customer_task;
