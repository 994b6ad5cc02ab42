-- +goose Up
-- support_end_notice: which customers were told that support of their software on premises ends, and how late in the
-- series (4.7). Another end has a series of its own.
CREATE TABLE support_end_notice (
  tenant_id     UUID NOT NULL REFERENCES customer(id),
  ends_on       TEXT NOT NULL,                 -- first day without full support, vendor's zone
  step          BIGINT NOT NULL,               -- place in the series, the first is 1
  sent_at       BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, ends_on, step)
);

-- +goose Down
DROP TABLE support_end_notice;
