package policy

import (
	"slices"
	"time"

	"liaison/internal/errs"
)

// Editions gives the editions of a policy over time.
type Editions interface{ Book() *Book }

// Source is what the program keeps its policy in. It is asked anew for every decision, because an edition may come
// into force while the program runs. A Pack alone is a Source too: a policy that never changes.
type Source interface {
	Editions
	At(t time.Time) *Pack // the edition in force at t
	Now() *Pack           // the edition in force by the program's clock
}

// Edition is a pack with the instant from which it holds, in UTC; the first one of a book holds since ever.
type Edition struct {
	From time.Time
	Pack *Pack
}

// Book is the editions of a policy in the order in which they hold. It is never changed: With gives another one.
type Book struct {
	editions []Edition
}

// NewBook is a book whose only edition holds since ever.
func NewBook(first *Pack) *Book { return &Book{editions: []Edition{{Pack: first}}} }

// With is the book with one more edition, which holds from an instant on that lies after that of every other: the
// past is not edited, and neither is what was published. Error: policy.edition_order with both instants.
func (b *Book) With(from time.Time, p *Pack) (*Book, error) {
	last := b.editions[len(b.editions)-1]
	if !from.After(last.From) {
		return nil, errs.New(errs.Conflict, "policy.edition_order", "edition", p.Edition, "last", last.Pack.Edition,
			"from", p.Local(from), "holds", last.Pack.Local(last.From))
	}
	return &Book{editions: append(slices.Clone(b.editions), Edition{From: from.UTC(), Pack: p})}, nil
}

// At is the pack in force at t.
func (b *Book) At(t time.Time) *Pack {
	i := len(b.editions) - 1
	for i > 0 && b.editions[i].From.After(t) {
		i--
	}
	return b.editions[i].Pack
}

// First is the book as it was when it had n editions.
func (b *Book) First(n int) *Book { return &Book{editions: b.editions[:n:n]} }

// Editions lists the editions, the first one first. The caller does not change the list.
func (b *Book) Editions() []Edition { return b.editions }

// Named gives the edition of that name, e.g. "2025-02", as it stands on cases and decisions.
func (b *Book) Named(edition string) (Edition, bool) {
	i := slices.IndexFunc(b.editions, func(e Edition) bool { return e.Pack.Edition == edition })
	if i < 0 {
		return Edition{}, false
	}
	return b.editions[i], true
}

// Last is the edition that was published last; it may not be in force yet.
func (b *Book) Last() Edition { return b.editions[len(b.editions)-1] }

// Book is b itself.
func (b *Book) Book() *Book { return b }

// Book is a book with p as its only edition.
func (p *Pack) Book() *Book { return NewBook(p) }

// Local writes an instant as RFC 3339 in the vendor's zone, which decides from when an edition holds.
func (p *Pack) Local(t time.Time) string {
	if p.Vendor.Zone == nil { // made up by a test
		return t.UTC().Format(time.RFC3339)
	}
	return t.In(p.Vendor.Zone).Format(time.RFC3339)
}

// At is p, whenever.
func (p *Pack) At(time.Time) *Pack { return p }

// Now is p.
func (p *Pack) Now() *Pack { return p }
