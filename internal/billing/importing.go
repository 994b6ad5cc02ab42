package billing

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// The bounds of a file of invoices. It is one transaction. One of many rows is looked through before that, so that nobody
// waits for a file that is refused.
const (
	MaxFile = 8 << 20 // bytes
	maxRows = 50_000
	many    = 1000 // rows
	asked   = 400  // numbers or keys of a query
)

// Columns are the names in the first line of a file of invoices. "issued" and "paidAt" may be left out or empty.
func Columns() []string {
	return []string{"customer", "number", "issued", "due", "amount", "currency", "paidAt"}
}

func mayLack(column string) bool { return column == "issued" || column == "paidAt" }

// Imported is what a file came to.
type Imported struct {
	Added, Changed, Paid, Unchanged int
}

// line is a row of the file.
type line struct {
	no    int // in the file, the first is 1
	cells map[string]string
	bill  contract.Bill
}

// at names a cell in errors: "line 3, amount".
func (l line) at(column string) string {
	if column == "" {
		return "line " + strconv.Itoa(l.no)
	}
	return "line " + strconv.Itoa(l.no) + ", " + column
}

func (l line) bad(column, key string, kv ...any) errs.Field {
	return errs.BadField(l.at(column), key, kv...)
}

// Import takes over a CSV file of invoices and payments, in one transaction: all of it or nothing. Where anything in it
// cannot be, every wrong cell is named by line and column. The same file again changes nothing.
func (s *Service) Import(ctx context.Context, a access.Actor, file []byte, within func(tx *db.Tx, done Imported) error) (done Imported, err error) {
	defer errs.Wrap(&err, "billing.Import")
	if err := staffWith(a, access.InvoiceWrite); err != nil {
		return done, err
	}
	lines, bad := readLines(file)
	if len(lines) == 0 && len(bad) == 0 {
		bad = append(bad, errs.BadField("file", "billing.file_empty"))
	}
	if len(lines) == 0 {
		return done, errs.BadFields(bad...)
	}
	if len(lines) > many || len(bad) > 0 {
		err = s.DB.View(ctx, s.scope(a), func(tx *db.Tx) error {
			_, wrong, err := s.compare(tx, lines)
			if err != nil {
				return err
			}
			return inOrder(append(slices.Clone(bad), wrong...))
		})
		if err != nil {
			return done, err
		}
	}
	err = s.DB.Update(ctx, s.scope(a), func(tx *db.Tx) (err error) {
		if done, err = s.takeAll(tx, a, lines); err != nil || within == nil {
			return err
		}
		return within(tx, done)
	})
	if err != nil {
		return Imported{}, err
	}
	return done, nil
}

// takeAll takes over all rows, if nothing is wrong with any of them beside what is there.
func (s *Service) takeAll(tx *db.Tx, a access.Actor, lines []line) (done Imported, err error) {
	there, wrong, err := s.compare(tx, lines)
	if err == nil {
		err = inOrder(wrong)
	}
	if err != nil {
		return done, err
	}
	for _, l := range lines {
		if err := s.take(tx, a, there, l, &done); err != nil {
			return done, err
		}
	}
	return done, nil
}

// inOrder is what is wrong, by line; nil for nothing.
func inOrder(wrong []errs.Field) error {
	slices.SortStableFunc(wrong, byLine)
	return errs.BadFields(wrong...)
}

func byLine(a, b errs.Field) int { return lineOf(a) - lineOf(b) }

func lineOf(f errs.Field) int {
	text, _, _ := strings.Cut(strings.TrimPrefix(f.Name, "line "), ",")
	n, _ := strconv.Atoi(text) // 0 for what is about the file
	return n
}

// take puts one row.
func (s *Service) take(tx *db.Tx, a access.Actor, there beside, l line, done *Imported) error {
	customer := there.customers[l.cells["customer"]]
	put, err := contract.PutAdded, error(nil)
	switch known := there.invoices[l.bill.Number]; {
	case len(known) == 0:
		err = s.Contract.AddFreshBill(tx, a, customer, l.bill)
	case len(known) == 1 && known[0].Tenant == customer && known[0].says(l.bill):
		put = contract.PutNothing
	default:
		put, err = s.Contract.PutBill(tx, a, customer, l.bill)
	}
	if e := errs.As(err); err != nil && e.Kind == errs.Conflict {
		return errs.BadFields(errs.Field{Name: l.at("number"), Key: e.Key, Args: e.Args})
	}
	switch put {
	case contract.PutAdded:
		done.Added++
	case contract.PutChanged:
		done.Changed++
	default:
		done.Unchanged++
	}
	if put != contract.PutNothing && l.bill.Paid != nil {
		done.Paid++
	}
	return err
}

// readLines reads the rows and says which cells cannot be by themselves.
func readLines(file []byte) (lines []line, bad []errs.Field) {
	file = bytes.TrimPrefix(file, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(file) || bytes.IndexByte(file, 0) >= 0 {
		return nil, []errs.Field{errs.BadField("file", "error.not_utf8")}
	}
	in := csv.NewReader(bytes.NewReader(file))
	if first, _, _ := bytes.Cut(file, []byte("\n")); !bytes.Contains(first, []byte(",")) && bytes.Contains(first, []byte(";")) {
		in.Comma = ';'
	}
	in.FieldsPerRecord = -1
	head, err := in.Read()
	if err != nil {
		return nil, []errs.Field{errs.BadField("file", "billing.file_empty")}
	}
	for i := range head {
		head[i] = strings.TrimSpace(head[i])
	}
	if bad = checkHead(head); len(bad) > 0 {
		return nil, bad
	}
	seen := map[string]int{}
	for {
		record, err := in.Read()
		var broken *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return lines, bad
		case errors.As(err, &broken):
			return lines, append(bad, line{no: broken.StartLine}.bad("", "billing.bad_csv"))
		case err != nil:
			return lines, append(bad, errs.BadField("file", "billing.bad_csv"))
		}
		l := line{cells: map[string]string{}}
		l.no, _ = in.FieldPos(0)
		if len(lines) == maxRows {
			return lines, append(bad, l.bad("", "billing.too_many_rows", "max", maxRows))
		}
		if len(record) != len(head) {
			bad = append(bad, l.bad("", "billing.cells", "found", len(record), "want", len(head)))
			continue
		}
		for i, cell := range record {
			l.cells[head[i]] = strings.TrimSpace(cell)
		}
		bad = append(bad, l.read()...)
		if before, twice := seen[l.cells["number"]]; twice && l.cells["number"] != "" {
			bad = append(bad, l.bad("number", "billing.twice_in_file", "line", before))
		}
		seen[l.cells["number"]] = l.no
		lines = append(lines, l)
	}
}

func checkHead(head []string) (bad []errs.Field) {
	first := line{no: 1}
	for i, name := range head {
		switch {
		case !slices.Contains(Columns(), name):
			bad = append(bad, first.bad(name, "billing.unknown_column", "allowed", strings.Join(Columns(), ", ")))
		case slices.Contains(head[:i], name):
			bad = append(bad, first.bad(name, "billing.column_twice"))
		}
	}
	for _, name := range Columns() {
		if !mayLack(name) && !slices.Contains(head, name) {
			bad = append(bad, first.bad(name, "billing.column_missing"))
		}
	}
	return bad
}

// read fills the bill from the cells and says which of them cannot be.
func (l *line) read() (bad []errs.Field) {
	for _, name := range Columns() {
		if !mayLack(name) && l.cells[name] == "" {
			bad = append(bad, l.bad(name, "field.required"))
		}
	}
	l.bill.Number = l.cells["number"]
	for name, into := range map[string]*calendar.Date{"issued": &l.bill.Issued, "due": &l.bill.Due} {
		if l.cells[name] == "" {
			continue
		}
		day, err := calendar.ParseDate(l.cells[name])
		if err != nil {
			bad = append(bad, l.bad(name, "rights.field_day"))
		}
		*into = day
	}
	if l.cells["amount"] != "" && l.cells["currency"] != "" {
		amount, wrong := ParseAmount(l.cells["amount"], l.cells["currency"])
		for _, f := range wrong {
			bad = append(bad, errs.Field{Name: l.at(f.Name), Key: f.Key, Args: f.Args})
		}
		l.bill.Amount, l.bill.Currency = amount, l.cells["currency"]
	}
	if text := l.cells["paidAt"]; text != "" {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			bad = append(bad, l.bad("paidAt", "field.instant"))
		} else {
			l.bill.Paid = &at
		}
	}
	return bad
}

// beside is what is there of what the rows of a file name.
type beside struct {
	customers map[string]id.ID     // by key
	invoices  map[string][]Invoice // by number, of all customers, those in force first
}

// compare reads what is there of what the rows name, and says which of them cannot be beside it.
func (s *Service) compare(tx *db.Tx, lines []line) (there beside, bad []errs.Field, err error) {
	if there.customers, err = customersOf(tx, lines); err != nil {
		return there, nil, err
	}
	if there.invoices, err = s.ofNumbers(tx, lines); err != nil {
		return there, nil, err
	}
	for _, l := range lines {
		key := l.cells["customer"]
		customer, known := there.customers[key]
		switch {
		case key == "": // said already
		case !known:
			bad = append(bad, l.bad("customer", "billing.unknown_customer"))
		default:
			bad = append(bad, s.compareOne(customer, l, there.invoices[l.bill.Number], tx.Now())...)
		}
	}
	return there, bad, nil
}

// customersOf are the customers that the rows name, by key.
func customersOf(tx *db.Tx, lines []line) (known map[string]id.ID, err error) {
	known = map[string]id.ID{}
	var keys []string
	named := map[string]bool{}
	for _, l := range lines {
		if key := l.cells["customer"]; !named[key] {
			named[key] = true
			keys = append(keys, key)
		}
	}
	for part := range slices.Chunk(keys, asked) {
		found, err := account.CustomersByKey(tx, part)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			known[c.Key] = c.ID
		}
	}
	return known, nil
}

// ofNumbers reads the invoices of all customers that have the numbers of the rows, those in force first.
func (s *Service) ofNumbers(tx *db.Tx, lines []line) (known map[string][]Invoice, err error) {
	known = map[string][]Invoice{}
	marks := make([]string, asked)
	for i := range marks {
		marks[i] = "$" + strconv.Itoa(i+1)
	}
	q := invoiceQuery + ` WHERE i.number IN (` + strings.Join(marks, ", ") + `) ORDER BY coalesce(i.voided_at, 0), i.id`
	for part := range slices.Chunk(lines, asked) {
		numbers := make([]any, asked) // the rest repeats the last one, so that it is one statement
		for i := range numbers {
			numbers[i] = part[min(i, len(part)-1)].bill.Number
		}
		err := tx.Query(q, numbers, func(scan func(...any) error) error {
			one, err := s.readInvoice(tx, scan)
			known[one.Number] = append(known[one.Number], one)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return known, nil
}

// compareOne says what of a row cannot be beside the invoices of its number.
func (s *Service) compareOne(customer id.ID, l line, known []Invoice, now time.Time) (bad []errs.Field) {
	if l.bill.Number == "" || l.bill.Due.IsZero() {
		return nil // said already
	}
	if err := contract.CheckBill(l.bill, now, s.Policy.Now().Vendor.Zone); err != nil {
		for _, f := range errs.As(err).Fields {
			if f.Name != "amount" { // said already
				bad = append(bad, errs.Field{Name: l.at(f.Name), Key: f.Key, Args: f.Args})
			}
		}
	}
	var was *Invoice // of the customer: the one in force, else the last that was taken back
	for i, v := range known {
		switch {
		case v.Tenant != customer && v.VoidedAt == nil:
			return append(bad, l.bad("number", "billing.number_of_another"))
		case v.Tenant == customer && (was == nil || was.VoidedAt != nil):
			was = &known[i]
		}
	}
	if was == nil {
		return bad
	}
	if column, key := inTheWay(*was, l.bill); key != "" {
		bad = append(bad, l.bad(column, key))
	}
	return bad
}

// says reports whether an invoice that stands is as a row has it; what the row leaves out stays.
func (i Invoice) says(b contract.Bill) bool {
	sameDays := b.Due == i.Due && (b.Issued.IsZero() || b.Issued == i.Issued)
	samePrice := b.Currency == "" || b.Amount == i.Amount && b.Currency == i.Currency
	samePayment := b.Paid == nil || i.PaidAt != nil && i.PaidAt.Equal(b.Paid.UTC().Truncate(time.Microsecond))
	return i.VoidedAt == nil && sameDays && samePrice && samePayment
}

// inTheWay is what of an invoice that is there speaks against a row, by column; "" for nothing.
func inTheWay(was Invoice, b contract.Bill) (column, key string) {
	paysAnew := b.Paid != nil && (was.PaidAt == nil || !was.PaidAt.Equal(b.Paid.UTC().Truncate(time.Microsecond)))
	differs := b.Due != was.Due || !b.Issued.IsZero() && b.Issued != was.Issued || b.Currency != "" && (b.Amount != was.Amount || b.Currency != was.Currency)
	switch {
	case was.State == Void && differs: // the right one comes under the number of the one that was taken back
		return "", ""
	case b.Currency != "" && was.Currency != "" && b.Currency != was.Currency:
		return "currency", "billing.currency_changed"
	case was.State == Void && paysAnew:
		return "number", "contract.already_void"
	case was.State == Paid && paysAnew:
		return "paidAt", "contract.already_paid"
	case was.State == Paid && differs:
		return "number", "contract.already_paid"
	}
	return "", ""
}
