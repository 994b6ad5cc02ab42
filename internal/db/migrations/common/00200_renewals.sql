-- +goose Up
-- Renewals: what support is offered to go on with, and the order that came of it (5.1).

-- renewal: a quote. It is open until it is ordered, withdrawn, or its last day is over. A customer has one at a time.
CREATE TABLE renewal (
  tenant_id     UUID NOT NULL REFERENCES customer(id),
  id            UUID NOT NULL,
  number        TEXT NOT NULL,
  made_at       BIGINT NOT NULL,
  valid_until   TEXT NOT NULL,                 -- last day on which it can be ordered, vendor's zone
  months        BIGINT NOT NULL,
  amount        BIGINT NOT NULL DEFAULT 0,     -- in the smallest unit of the currency
  currency      TEXT NOT NULL DEFAULT '',      -- ISO 4217; empty: nobody said how much
  ordered_at    BIGINT,
  order_id      UUID,                          -- of the order in the books
  withdrawn_at  BIGINT,
  version       BIGINT NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX renewal_open ON renewal (tenant_id) WHERE ordered_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX renewal_made ON renewal (made_at, id);

CREATE TABLE renewal_line (
  tenant_id     UUID NOT NULL,
  renewal_id    UUID NOT NULL,
  position      BIGINT NOT NULL,
  sku           TEXT NOT NULL,                 -- plan.premier ..., seat, product; returned: its licences were given back
  product_id    TEXT NOT NULL DEFAULT '',
  system_id     UUID,                          -- NULL: for the customer as a whole
  quantity      BIGINT NOT NULL,
  was           TEXT NOT NULL DEFAULT '',      -- the plan that ran when it was made
  from_date     TEXT NOT NULL,                 -- both days inclusive, vendor's zone
  to_date       TEXT NOT NULL,
  PRIMARY KEY (tenant_id, renewal_id, position),
  FOREIGN KEY (tenant_id, renewal_id) REFERENCES renewal (tenant_id, id),
  FOREIGN KEY (tenant_id, system_id) REFERENCES system (tenant_id, id)
);
CREATE INDEX renewal_line_returned ON renewal_line (tenant_id, system_id) WHERE sku = 'returned';

-- term_notice: which customers were told that terms end on a day, and how many days before; -1: that they have ended.
CREATE TABLE term_notice (
  tenant_id     UUID NOT NULL REFERENCES customer(id),
  ends_on       TEXT NOT NULL,                 -- last day of the terms, vendor's zone
  days          BIGINT NOT NULL,
  sent_at       BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, ends_on, days)
);
CREATE INDEX subscription_end ON subscription (to_date);

-- +goose Down
DROP INDEX subscription_end;
DROP TABLE term_notice;
DROP TABLE renewal_line;
DROP TABLE renewal;
