-- +goose Up
-- The books of a customer: what was ordered, who belongs together, who stands for what. Nothing is overwritten: a row
-- says from when to when it was true, so that the books can be read as of any day.

CREATE TABLE sales_order (
  tenant_id     UUID NOT NULL REFERENCES customer(id),
  id            UUID NOT NULL,
  number        TEXT NOT NULL,
  signed_on     TEXT NOT NULL,                 -- day of the vendor's zone
  recorded_at   BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, number)
);

CREATE TABLE sales_order_line (
  tenant_id     UUID NOT NULL,
  order_id      UUID NOT NULL,
  position      BIGINT NOT NULL,
  sku           TEXT NOT NULL,                 -- plan.extended ..., seat, els, map_key, product
  product_id    TEXT NOT NULL DEFAULT '',      -- of a licensed product
  system_id     UUID,                          -- NULL: for the customer as a whole
  quantity      BIGINT NOT NULL,
  from_date     TEXT NOT NULL,                 -- both days inclusive, vendor's zone
  to_date       TEXT NOT NULL,
  PRIMARY KEY (tenant_id, order_id, position),
  FOREIGN KEY (tenant_id, order_id) REFERENCES sales_order (tenant_id, id),
  FOREIGN KEY (tenant_id, system_id) REFERENCES system (tenant_id, id)
);

-- customer_link: a customer's place among others: affiliate (other_id leads the group), partner (other_id acts for it).
-- Staff see it; neither customer gains anything by it: access is a grant.
CREATE TABLE customer_link (
  tenant_id     UUID NOT NULL REFERENCES customer(id),
  id            UUID NOT NULL,
  kind          TEXT NOT NULL,
  other_id      UUID NOT NULL REFERENCES customer(id),
  since         BIGINT NOT NULL,
  ended_at      BIGINT,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX customer_link_one ON customer_link (tenant_id, kind, other_id) WHERE ended_at IS NULL;

-- +goose Down
SELECT 1;
