package books_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/books"
	"liaison/internal/calendar"
	"liaison/internal/clock"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/liaisons"
	"liaison/internal/policy"
	"liaison/policies"
)

type world struct {
	*books.Service
	t        testing.TB
	clk      *clock.Stepping
	accounts *account.Service
	customer id.ID
	other    id.ID
	system   id.ID
	elite    id.ID
	seen     map[string]bool // lists of the books that had something in them
	liaisons *liaisons.Service
	names    []named // of the customer, in their order
	guests   []id.ID // who get and lose access; they are of the other customer, too
}

// named is a name that the customer has had since an instant: the journal holds no names.
type named struct {
	at   time.Time
	name string
}

// named is the customer's name at an instant.
func (w *world) named(at time.Time) (name string) {
	name = "nordwind"
	for _, n := range w.names {
		if !n.at.After(at) {
			name = n.name
		}
	}
	return name
}

func program() access.Actor { return access.Actor{System: true} }

func reader() access.Actor { return access.Actor{Person: id.New(), Role: access.Licensing} }

func onBoth(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) {
		pack, err := policy.Load(policies.FS, "reference-2025-02")
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, clk: clk, seen: map[string]bool{}, Service: &books.Service{DB: d, Policy: pack, Contract: &contract.Service{DB: d, Policy: pack}}}
		w.accounts, err = account.New(account.Options{DB: d, Clock: clk, Log: slog.New(slog.DiscardHandler), NewDataKey: func(id.ID) []byte { return []byte("k") },
			Origin: "http://support.test", Secret: []byte(strings.Repeat("s", 32))})
		if err != nil {
			t.Fatal(err)
		}
		w.Accounts = w.accounts
		w.liaisons = &liaisons.Service{DB: d, Policy: pack, Accounts: w.accounts, Contract: w.Contract}
		err = d.Update(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error {
			line := journal.Line{ActorKind: "system", SubjectKind: "installation", Kind: "test.rows", Visibility: journal.System}
			return errors.Join(tx.Buffer(`INSERT INTO product (id, name) VALUES ('server', 'Server')`),
				tx.Buffer(`INSERT INTO product_release (product_id, version, platform, ga_date) VALUES ('server', '2025', '2025', '2025-01-15')`), journal.Record(tx, line))
		})
		if err != nil {
			t.Fatal(err)
		}
		w.customer, w.other = w.newCustomer("nordwind"), w.newCustomer("group")
		w.system, err = w.Contract.AddSystem(context.Background(), program(), w.customer, contract.NewSystem{Name: "PRD-01", Deployment: contract.OnPrem,
			Country: "DE", Product: "server", Version: "2025", Environments: []string{"production"}})
		if err != nil {
			t.Fatal(err)
		}
		fn(t, w)
	})
}

func (w *world) newCustomer(key string) id.ID {
	w.t.Helper()
	c, err := w.accounts.CreateCustomer(context.Background(), program(), account.Customer{Key: key, Name: key, Kind: "customer", Country: "DE", Centre: "emea", Language: "en"})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// person is a liaison of a customer, or staff for the zero id.
func (w *world) person(customer id.ID, name string) id.ID {
	w.t.Helper()
	in := account.NewPerson{Name: name, Email: name + "@example.test", Language: "en", Zone: "UTC"}
	if customer.IsZero() {
		in.StaffRole = access.SuccessManager
	}
	p, err := w.accounts.CreatePerson(context.Background(), program(), in)
	if err == nil && !customer.IsZero() {
		err = w.accounts.Grant(context.Background(), program(), customer, p, access.Liaison, account.Own)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func date(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	w.clk.Forward(26 * time.Hour)
}

func wantKey(t *testing.T, err error, key string) {
	t.Helper()
	e := errs.As(err)
	if err == nil || e.Key != key && (len(e.Fields) == 0 || e.Fields[0].Key != key) {
		t.Errorf("error is %v, want %s", err, key)
	}
}

// replayed is what the journal says was true: the facts by kind, each as the text of its codes.
func (w *world) replayed(until time.Time) (facts []string) {
	w.t.Helper()
	type line struct {
		kind     string
		subject  id.ID
		data     map[string]any
		occurred int64
		at       int64
	}
	var lines []line
	err := w.DB.View(context.Background(), db.ForTenant(w.customer), func(tx *db.Tx) error {
		lines = nil
		return tx.Query(`SELECT kind, subject_id, data, occurred_at, at FROM journal WHERE tenant_id = $1 AND at <= $2 ORDER BY seq`, []any{w.customer, until}, func(scan func(...any) error) error {
			var l line
			var text string
			if err := scan(&l.kind, &l.subject, &text, &l.occurred, &l.at); err != nil {
				return err
			}
			lines = append(lines, l)
			return json.Unmarshal([]byte(text), &lines[len(lines)-1].data)
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	held := map[string]string{} // by the id of the entry
	for _, l := range lines {
		text := func(key string) string { s, _ := l.data[key].(string); return s }
		switch l.kind {
		case "customer.created", "customer.changed":
			held["customer"] = fmt.Sprint("customer ", text("kind"), text("country"), text("centre"), text("language"), l.data["restricted"])
		case "liaison.centre_chosen":
			if held["centre "+l.subject.String()+text("person")] = "centre " + l.subject.String() + text("person") + text("centre"); text("centre") == "" {
				delete(held, "centre "+l.subject.String()+text("person"))
			}
		case "access.granted":
			if was := "access " + l.subject.String() + text("role") + text("kind"); !strings.HasPrefix(held["access "+l.subject.String()], was+" ") {
				held["access "+l.subject.String()] = fmt.Sprint(was, " ", l.at)
			}
		case "access.ended", "account.ended":
			delete(held, "access "+l.subject.String())
		case "access.view_changed":
			if held["view "+l.subject.String()] = "view " + l.subject.String() + text("to"); text("to") == "all" {
				delete(held, "view "+l.subject.String())
			}
		case "agreement.added", "agreement.changed":
			held[text("agreement")] = "agreement " + text("agreement") + text("from") + text("to")
		case "agreement.withdrawn":
			delete(held, text("agreement"))
		case "order.recorded":
			held[text("order")] = "order " + text("order") + text("signed")
		case "order.withdrawn":
			delete(held, text("order"))
		case "seats.bought":
			held[text("term")] = "seats " + text("term") + text("from") + text("to")
		case "seats.withdrawn":
			delete(held, text("term"))
		case "subscription.added", "subscription.changed":
			held[text("subscription")] = "term " + text("subscription") + text("plan") + text("from") + text("to")
		case "subscription.withdrawn":
			delete(held, text("subscription"))
		case "exception.added", "exception.changed":
			held[text("exception")] = "exception " + text("exception") + text("scope") + text("from") + text("to")
		case "exception.withdrawn":
			delete(held, text("exception"))
		case "system.added", "system.changed":
			held[l.subject.String()] = fmt.Sprint("system ", l.subject, text("deployment"), text("country"), text("product"), text("version"), l.data["environments"])
		case "component.added":
			held[text("component")] = "component " + text("component")
		case "component.ended":
			delete(held, text("component"))
		case "contact.named":
			held["contact "+text("contact")+text("person")] = "contact " + text("contact") + text("person")
		case "contact.ended":
			delete(held, "contact "+text("contact")+text("person"))
		case "link.made":
			held["link "+text("link")+text("other")] = "link " + text("link") + text("other")
		case "link.ended":
			delete(held, "link "+text("link")+text("other"))
		case "liaison.designated":
			held["liaison "+l.subject.String()+text("person")] = "liaison " + l.subject.String() + text("person")
		case "liaison.designation_ended":
			delete(held, "liaison "+l.subject.String()+text("person"))
			delete(held, "centre "+l.subject.String()+text("person"))
		case "invoice.added", "invoice.changed":
			held[text("invoice")] = "invoice " + text("invoice") + issued(text("issued")) + text("due")
		case "invoice.paid":
			held[text("invoice")] += fmt.Sprint(l.occurred)
		case "invoice.voided":
			delete(held, text("invoice"))
		}
	}
	for _, f := range held {
		facts = append(facts, f)
	}
	slices.Sort(facts)
	return facts
}

// issued is the day as a date writes it; nobody said which, for "".
func issued(day string) string {
	if day == "" {
		return calendar.Date{}.String()
	}
	return day
}

// renderers say each fact of a field of the books in the words of replayed. A list that the books get has to be told here
// and in replayed, else the tests of histories fail.
func renderers() map[string]func(any) string {
	return map[string]func(any) string{
		"Agreements": func(v any) string {
			g := v.(contract.Agreement)
			return "agreement " + g.ID.String() + g.From.String() + g.To.String()
		},
		"Centres": func(v any) string {
			c := v.(books.BookedCentre)
			return "centre " + c.System.String() + c.Person.String() + c.Centre
		},
		"Views": func(v any) string { x := v.(books.BookedView); return "view " + x.Person.String() + x.Sees },
		"Access": func(v any) string {
			x := v.(books.BookedAccess)
			return fmt.Sprint("access ", x.Person, x.Role, x.Kind, " ", x.Since.UnixMicro())
		},
		"Orders": func(v any) string { o := v.(books.Order); return "order " + o.ID.String() + o.SignedOn.String() },
		"Seats": func(v any) string {
			s := v.(contract.SeatEntry)
			return "seats " + s.ID.String() + s.From.String() + s.To.String()
		},
		"Systems": func(v any) string {
			e := v.(contract.SystemEntry)
			return fmt.Sprint("system ", e.ID, e.Deployment, e.Country, e.Product, e.Version, len(e.Environments))
		},
		"Components": func(v any) string { return "component " + v.(contract.Component).ID.String() },
		"Terms": func(v any) string {
			e := v.(contract.TermEntry)
			return "term " + e.ID.String() + e.Plan + e.From.String() + e.To.String()
		},
		"Exceptions": func(v any) string {
			e := v.(contract.ExceptionEntry)
			return "exception " + e.ID.String() + e.Scope + e.From.String() + e.To.String()
		},
		"Contacts": func(v any) string { c := v.(books.Standing); return "contact " + c.Kind + c.Person.String() },
		"Links":    func(v any) string { l := v.(books.Tie); return "link " + l.Kind + l.Other.String() },
		"Designated": func(v any) string {
			d := v.(books.Designated)
			return "liaison " + d.System.String() + d.Person.String()
		},
		"Invoices": func(v any) string {
			e := v.(contract.BilledEntry)
			paid := ""
			if e.Paid != nil {
				paid = fmt.Sprint(e.Paid.UnixMicro())
			}
			return "invoice " + e.ID.String() + e.Issued.String() + e.Due.String() + paid
		},
	}
}

// read is what the books say was true, in the same words.
func (w *world) read(at time.Time) (facts []string) {
	w.t.Helper()
	b, err := w.AsOf(context.Background(), reader(), w.customer, at)
	if err != nil {
		w.t.Fatal(err)
	}
	if c := b.Record; c != nil {
		facts = append(facts, fmt.Sprint("customer ", c.Kind, c.Country, c.Centre, c.Language, c.Restricted))
		if want := w.named(at); c.Name != want {
			w.t.Errorf("as of %s the name is %q, want %q", at, c.Name, want)
		}
	}
	of, v := renderers(), reflect.ValueOf(b)
	for i := range v.NumField() {
		list, name := v.Field(i), v.Type().Field(i).Name
		if list.Kind() != reflect.Slice {
			continue
		}
		say := of[name]
		if say == nil {
			w.t.Fatalf("the books have %s, which no replay of the journal is compared with", name)
		}
		for j := range list.Len() {
			facts = append(facts, say(list.Index(j).Interface()))
			w.seen[name] = true
		}
	}
	slices.Sort(facts)
	return facts
}

func TestTheBooksAsOfAnyDayAreWhatTheJournalSays(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, start := context.Background(), w.clk.Now()
		katrin, csm := w.person(w.customer, "katrin"), w.person(id.ID{}, "csm")
		_, err := w.Contract.AddAgreement(ctx, program(), w.customer, contract.Agreement{Number: "A-1", Country: "DE", SigningEntity: "Corvane GmbH", From: date("2026-01-01"), To: date("2028-12-31")})
		w.must(err)
		_, err = w.RecordOrder(ctx, program(), w.customer, books.Order{Number: "O-1", SignedOn: date("2026-02-01"), Lines: []books.Line{
			{SKU: "plan.extended", System: w.system, Quantity: 1, From: date("2026-03-01"), To: date("2027-02-28")},
			{SKU: books.SKUMapKey, Quantity: 3, From: date("2026-03-01"), To: date("2027-02-28")}}})
		w.must(err)
		w.must(w.NameContact(ctx, program(), w.customer, books.Contract, katrin))
		w.must(w.NameContact(ctx, program(), w.customer, books.SuccessManager, csm))
		w.must(w.Contract.Designate(ctx, program(), w.customer, katrin, w.system))
		w.must(w.Link(ctx, program(), w.customer, books.Affiliate, w.other))
		_, err = w.Contract.AddExtraSeats(ctx, program(), w.customer, w.system, 2, date("2026-03-01"))
		w.must(err)
		w.must(w.EndContact(ctx, program(), w.customer, books.Contract, katrin))
		w.must(w.Contract.EndDesignation(ctx, program(), w.customer, katrin, w.system))
		w.must(w.Unlink(ctx, program(), w.customer, books.Affiliate, w.other))
		w.must(w.NameContact(ctx, program(), w.customer, books.Contract, katrin))
		w.must(w.Contract.Designate(ctx, program(), w.customer, katrin, w.system))
		most := 0
		for at := start.Add(-time.Hour); at.Before(w.clk.Now()); at = at.Add(13 * time.Hour) {
			got, want := w.read(at), w.replayed(at)
			if !slices.Equal(got, want) {
				t.Errorf("as of %s the books say\n%s, the journal\n%s", at, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			most = max(most, len(got))
		}
		if most < 7 {
			t.Errorf("the fullest day has %d facts only", most)
		}
		b, err := w.AsOf(ctx, reader(), w.customer, w.clk.Now())
		if err != nil || b.Year.From != date("2026-01-01") || len(b.Orders) != 1 || len(b.Orders[0].Lines) != 2 || b.Orders[0].Lines[0].System != w.system {
			t.Errorf("books are %+v, %v", b, err)
		}
		if b, err = w.AsOf(ctx, reader(), w.customer, start.AddDate(-1, 0, 0)); err != nil || b.Year.From.Month != 1 || b.Year.From.Year != start.Year()-1 { // nothing stood in them yet
			t.Errorf("the year of a day long ago is %+v, %v", b.Year, err)
		}
	})
}

func TestWhatCannotBeIsRefusedByName(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		line := books.Line{SKU: books.SKUSeat, System: w.system, Quantity: 1, From: date("2026-03-01"), To: date("2027-02-28")}
		order := func(change func(*books.Line)) error {
			l := line
			change(&l)
			_, err := w.RecordOrder(ctx, program(), w.customer, books.Order{Number: "O-1", SignedOn: date("2026-02-01"), Lines: []books.Line{l}})
			return err
		}
		wantKey(t, order(func(l *books.Line) { l.SKU = "plan.gold" }), "field.not_allowed")
		wantKey(t, order(func(l *books.Line) { l.Quantity = -1 }), "contract.seats_between")
		wantKey(t, order(func(l *books.Line) { l.To = date("2026-02-28") }), "contract.ends_before_start")
		wantKey(t, order(func(l *books.Line) { l.System = id.New() }), "books.unknown_system")
		licence := "Licence for Ann Example, +49 30 1234567"
		wantKey(t, order(func(l *books.Line) { l.Product = licence }), "books.product_of_no_line")
		wantKey(t, order(func(l *books.Line) { l.SKU, l.Product = books.SKUProduct, licence }), "books.unknown_product")
		wantKey(t, order(func(l *books.Line) { l.SKU = books.SKUProduct }), "field.required")
		if _, err := w.RecordOrder(ctx, program(), w.customer, books.Order{Number: "O-0", SignedOn: date("2026-02-01"), Lines: []books.Line{
			{SKU: books.SKUProduct, Product: "server", Quantity: 1, From: date("2026-03-01"), To: date("2027-02-28")}}}); err != nil {
			t.Fatal(err)
		}
		if err := order(func(*books.Line) {}); err != nil {
			t.Fatal(err)
		}
		wantKey(t, order(func(*books.Line) {}), "books.order_exists")
		agreement := contract.Agreement{Number: "A-1", Country: "DE", SigningEntity: "Corvane GmbH", From: date("2026-01-01"), To: date("2026-12-31")}
		if _, err := w.Contract.AddAgreement(ctx, program(), w.customer, agreement); err != nil {
			t.Fatal(err)
		}
		agreement.From, agreement.To = date("2026-12-31"), date("2027-12-31")
		_, err := w.Contract.AddAgreement(ctx, program(), w.customer, agreement)
		wantKey(t, err, "contract.agreements_overlap")
		agreement.To = date("2026-01-01")
		_, err = w.Contract.AddAgreement(ctx, program(), w.customer, agreement)
		wantKey(t, err, "contract.ends_before_start")
		stranger := w.person(w.other, "stranger")
		wantKey(t, w.NameContact(ctx, program(), w.customer, books.Billing, stranger), "books.unknown_member")
		wantKey(t, w.NameContact(ctx, program(), w.customer, books.SuccessManager, stranger), "books.unknown_staff")
		wantKey(t, w.Link(ctx, program(), w.customer, books.Affiliate, w.customer), "books.itself")
		wantKey(t, w.Link(ctx, program(), w.customer, books.Partner, id.New()), "books.unknown_customer")
		third := w.newCustomer("third")
		if err := errors.Join(w.Link(ctx, program(), w.customer, books.Affiliate, w.other), w.Link(ctx, program(), w.other, books.Affiliate, third)); err != nil {
			t.Fatal(err)
		}
		wantKey(t, w.Link(ctx, program(), w.other, books.Affiliate, w.customer), "books.circle")
		wantKey(t, w.Link(ctx, program(), third, books.Affiliate, w.customer), "books.circle")
		if err := w.Link(ctx, program(), w.customer, books.Affiliate, third); err != nil {
			t.Errorf("a short cut is no circle: %v", err)
		}
		wantKey(t, w.EndContact(ctx, program(), w.customer, books.Billing, stranger), "error.not_found")
		_, err = w.AsOf(ctx, access.Actor{Person: stranger, Role: access.Liaison, Customer: w.other}, w.customer, w.clk.Now())
		wantKey(t, err, "error.forbidden")
		_, err = w.AsOf(ctx, reader(), id.New(), w.clk.Now())
		wantKey(t, err, "error.not_found")
	})
}
