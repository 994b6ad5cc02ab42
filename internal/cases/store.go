package cases

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/sla"
)

// headColumns is what a list shows; detailColumns is the description, which only one case's page needs.
const (
	headColumns = ownColumns + joinedColumns
	ownColumns  = `c.tenant_id, c.id, c.number, c.version, c.status, c.suspended, c.priority, c.requested_priority,
	c.plan, c.system_id, c.environment, c.production, c.deployment, c.country, c.calendar, c.centre, c.product_id,
	c.product_version, c.channel, c.received_at, c.registered_at, c.liaison_id, c.registered_by, c.assignee_id,
	c.edition, c.subject, c.facts, c.next_due, c.next_promise, c.language, c.updated_at, c.closed_at, c.triage, c.merged_into, c.split_message, c.owner_departed_at, c.decided_facts`
	joinedColumns = `, sy.name, lp.name, ap.name, cu.key, cu.name, cu.restricted`
)

const detailColumns = `, c.decision, c.symptoms, c.error_messages, c.steps_taken, c.impact, c.reproducibility,
	c.scope, c.checklist, c.remedy, c.quoted,
	coalesce((SELECT m.number FROM support_case m WHERE m.tenant_id = c.tenant_id AND m.id = c.merged_into), ''),
	coalesce((SELECT m.number FROM support_case m WHERE m.tenant_id = c.tenant_id AND m.id = c.split_from), '')`

// joins are the tables beside the case's own row.
const joins = `
	JOIN system sy ON sy.tenant_id = c.tenant_id AND sy.id = c.system_id
	JOIN customer cu ON cu.id = c.tenant_id
	JOIN person lp ON lp.id = c.liaison_id
	LEFT JOIN person ap ON ap.id = c.assignee_id`

const caseTables = ` FROM support_case c` + joins

// rowScan holds what needs a step between the column and the field.
type rowScan struct {
	c        *Case
	status   string
	facts    string
	promise  int64
	assignee id.ID
	apName   *string
	decision string
	checks   string
	remedy   string
}

func (r *rowScan) head() []any {
	c := r.c
	return []any{
		&c.Tenant, &c.ID, &c.Number, &c.Version, &r.status, &c.Suspended, &c.Priority, &c.Requested,
		&c.Plan, &c.System, &c.Environment, &c.Production, &c.Deployment, &c.Country, &c.Calendar, &c.Centre, &c.Product,
		&c.Release, &c.Channel, db.Time(&c.ReceivedAt), db.Time(&c.RegisteredAt), &c.Liaison.ID, &c.RegisteredBy, &r.assignee,
		&c.Edition, &c.Subject, &r.facts, db.NullTime(&c.NextDue), &r.promise, &c.Language, db.Time(&c.UpdatedAt), db.NullTime(&c.ClosedAt),
		&c.Triage, &c.MergedInto, &c.SplitMessage, db.NullTime(&c.ForsakenAt), &c.decidedFacts, &c.SystemName, &c.Liaison.Name, &r.apName, &c.CustomerKey, &c.CustomerName, &c.Restricted,
	}
}

func (r *rowScan) details() []any {
	d := &r.c.Details
	return []any{&r.decision, &d.Symptoms, &d.ErrorMessages, &d.StepsTaken, &d.Impact, &d.Reproducibility, &d.Scope, &r.checks, &r.remedy, &d.Quoted, &r.c.MergedNumber, &r.c.SplitNumber}
}

func (r *rowScan) finish() error {
	c := r.c
	c.Status = Status(r.status)
	if r.promise != noPromise {
		t := time.UnixMicro(r.promise).UTC()
		c.NextPromise = &t
	}
	if !r.assignee.IsZero() && r.apName != nil {
		c.Assignee = &Party{ID: r.assignee, Name: *r.apName}
	}
	var err error
	if c.Facts, err = sla.ParseFacts(r.facts); err != nil {
		return fmt.Errorf("clock facts of case %s: %w", c.Number, err)
	}
	c.known = len(c.Facts)
	if r.decision == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(r.decision), &c.Decision); err != nil {
		return fmt.Errorf("decision of case %s: %w", c.Number, err)
	}
	if err := json.Unmarshal([]byte(r.checks), &c.Checklist); err != nil {
		return fmt.Errorf("checklist of case %s: %w", c.Number, err)
	}
	if r.remedy != "" {
		c.Remedy = new(Remedy)
		return json.Unmarshal([]byte(r.remedy), c.Remedy)
	}
	return nil
}

// locate finds the row behind a case number. In a customer's scope another customer's number is as missing as one
// that never existed.
func locate(tx *db.Tx, number string) (tenant, caseID id.ID, err error) {
	if !ValidNumber(number) {
		return tenant, caseID, errs.Missing()
	}
	q, args := `SELECT tenant_id, case_id FROM case_number WHERE number = $1`, []any{number}
	if t := tx.Scope().Tenant(); !t.IsZero() {
		q, args = q+` AND tenant_id = $2`, append(args, t)
	}
	err = tx.Row(q, args, &tenant, &caseID)
	if errors.Is(err, db.ErrNoRows) {
		err = errs.Missing()
	}
	return tenant, caseID, err
}

// load reads one whole case by its number, in one statement.
func load(tx *db.Tx, number string) (*Case, error) {
	if !ValidNumber(number) {
		return nil, errs.Missing()
	}
	from := caseTables + ` JOIN case_number n ON n.tenant_id = c.tenant_id AND n.case_id = c.id WHERE n.number = $1`
	args := []any{number}
	if t := tx.Scope().Tenant(); !t.IsZero() {
		from, args = from+` AND n.tenant_id = $2`, append(args, t)
	}
	return loadWhere(tx, from, args)
}

func loadByID(tx *db.Tx, tenant, caseID id.ID) (*Case, error) {
	return loadWhere(tx, caseTables+` WHERE c.tenant_id = $1 AND c.id = $2`, []any{tenant, caseID})
}

func loadWhere(tx *db.Tx, from string, args []any) (*Case, error) {
	r := rowScan{c: new(Case)}
	err := tx.Row(`SELECT `+headColumns+detailColumns+from, args, append(r.head(), r.details()...)...)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.Missing()
	}
	if err != nil {
		return nil, err
	}
	return r.c, r.finish()
}

// loadDue reads the whole cases at which the sweep has to look, longest due first, in one statement.
func loadDue(tx *db.Tx, limit int) (out []*Case, err error) {
	//nolint:unqueryvet // the columns are named outside; the inner one only cuts the rows before anything is joined
	q := `SELECT ` + headColumns + detailColumns + ` FROM (SELECT * FROM support_case WHERE next_due IS NOT NULL AND next_due <= $1
		ORDER BY next_due LIMIT $2) c` + joins + ` ORDER BY c.next_due`
	err = tx.Query(q, []any{tx.Now(), limit}, func(scan func(...any) error) error {
		r := rowScan{c: new(Case)}
		if err := scan(append(r.head(), r.details()...)...); err != nil {
			return err
		}
		out = append(out, r.c)
		return r.finish()
	})
	return out, err
}

// list reads the heads of the first cases that where selects, in an order. The page is cut before anything is joined to
// it: PostgreSQL would otherwise join every open case and sort, since it cannot guess how few rows the walls let through.
func list(tx *db.Tx, where, order string, limit int, args []any) ([]Case, error) {
	out := []Case{}
	q := `SELECT ` + headColumns + ` FROM (SELECT ` + ownColumns + `, c.plan_order FROM support_case c` + where +
		` ORDER BY ` + order + ` LIMIT ` + strconv.Itoa(limit) + `) c` + joins + ` ORDER BY ` + order
	err := tx.Query(q, args, func(scan func(...any) error) error {
		out = append(out, Case{})
		r := rowScan{c: &out[len(out)-1]}
		if err := scan(r.head()...); err != nil {
			return err
		}
		return r.finish()
	})
	return out, err
}

const insertCase = `INSERT INTO support_case (tenant_id, id, number, version, status, is_open, priority, requested_priority, plan,
	plan_order, system_id, environment, production, deployment, country, calendar, centre, product_id, product_version,
	channel, received_at, registered_at, liaison_id, registered_by, edition, decision, subject, symptoms, error_messages,
	steps_taken, impact, reproducibility, scope, checklist, consent_version, facts, next_due, next_promise, language,
	updated_at, reopened_from, triage, quoted)
	VALUES ($1,$2,$3,1,$4,TRUE,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,$26,$27,$28,
	$29,$30,$31,$32,$33,$34,$35,$36,$37,$38,$39,$40,$41)`

// insert writes a new case and takes its number.
func insert(tx *db.Tx, c *Case, planOrder int, consent string, from id.ID) error {
	decision, err := json.Marshal(c.Decision)
	if err != nil {
		return err
	}
	checks, err := json.Marshal(nonNil(c.Checklist))
	if err != nil {
		return err
	}
	c.stamp(tx.Now())
	facts := sla.AppendFacts(nil, c.Facts)
	err = tx.Buffer(insertCase, c.Tenant, c.ID, c.Number, string(c.Status), c.Priority, c.Requested, c.Plan, planOrder,
		c.System, c.Environment, c.Production, c.Deployment, c.Country, c.Calendar, c.Centre, c.Product, c.Release, c.Channel,
		c.ReceivedAt, c.RegisteredAt, c.Liaison.ID, c.RegisteredBy, c.Edition, string(decision), c.Subject, c.Symptoms,
		c.ErrorMessages, c.StepsTaken, c.Impact, c.Reproducibility, c.Scope, string(checks), consent, string(facts),
		c.NextDue, promiseColumn(c.NextPromise), c.Language, c.UpdatedAt, from, c.Triage, c.Quoted)
	if err != nil {
		return err
	}
	return tx.Buffer(`INSERT INTO case_number (number, tenant_id, case_id) VALUES ($1, $2, $3)`, c.Number, c.Tenant, c.ID)
}

const updateCase = `UPDATE support_case SET version = version + 1, status = $3, suspended = $4, is_open = $5, priority = $6,
	requested_priority = $7, assignee_id = $8, remedy = $9, facts = $10, next_due = $11, next_promise = $12, updated_at = $13,
	closed_at = $14, liaison_id = $15, decided_facts = $17 WHERE tenant_id = $1 AND id = $2 AND version = $16`

// save writes what a use case changed on c, which it has read in the same transaction, and raises its version. When
// somebody else has changed the row since it was read, the transaction does not commit and the use case runs again.
func save(tx *db.Tx, c *Case) error {
	c.stamp(tx.Now())
	facts := sla.AppendFacts(nil, c.Facts)
	remedy := ""
	if c.Remedy != nil {
		b, err := json.Marshal(c.Remedy)
		if err != nil {
			return err
		}
		remedy = string(b)
	}
	var assignee id.ID
	if c.Assignee != nil {
		assignee = c.Assignee.ID
	}
	err := tx.Buffer(updateCase, c.Tenant, c.ID, string(c.Status), c.Suspended, active(c.Status), c.Priority, c.Requested,
		assignee, remedy, string(facts), c.NextDue, promiseColumn(c.NextPromise), c.UpdatedAt, c.ClosedAt, c.Liaison.ID, c.Version, c.decidedFacts)
	if err != nil {
		return err
	}
	c.Version++
	return nil
}

func promiseColumn(t *time.Time) int64 {
	if t == nil {
		return noPromise
	}
	return t.UnixMicro()
}

func nonNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// placeholders gives "$n, $n+1, ..." for count arguments that start after have.
func placeholders(have, count int) string {
	var b strings.Builder
	for i := range count {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", have+i+1)
	}
	return b.String()
}
