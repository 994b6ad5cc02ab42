-- +goose Up
-- late_alarm: a mail about a warning or a breach that waits until its recipient works again (Clocks 17). The record of the
-- warning itself is in the journal and in the case's facts at once.
CREATE TABLE late_alarm (
  tenant_id     UUID NOT NULL,
  id            UUID NOT NULL,
  case_id       UUID NOT NULL,
  at            BIGINT NOT NULL,               -- when the recipient's centre opens
  args          TEXT NOT NULL,                 -- of the job
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, case_id) REFERENCES support_case (tenant_id, id)
);
CREATE INDEX late_alarm_due ON late_alarm (at);

-- +goose Down
DROP TABLE late_alarm;
