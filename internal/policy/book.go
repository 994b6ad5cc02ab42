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
	editions  []Edition
	withdrawn []Edition // before they held, in the order in which they would have
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
	return &Book{editions: append(slices.Clone(b.editions), Edition{From: from.UTC(), Pack: p}), withdrawn: b.withdrawn}, nil
}

// WithWithdrawn is the book that also remembers an edition that was withdrawn before it held: it decides nothing, and what
// was computed while it was known can be computed again (Of).
func (b *Book) WithWithdrawn(from time.Time, p *Pack) *Book {
	gone := append(slices.Clone(b.withdrawn), Edition{From: from.UTC(), Pack: p})
	slices.SortStableFunc(gone, func(x, y Edition) int { return x.From.Compare(y.From) })
	return &Book{editions: b.editions, withdrawn: gone}
}

// Without is the book from which its last edition was withdrawn.
func (b *Book) Without(last Edition) *Book {
	kept := &Book{editions: b.editions[: len(b.editions)-1 : len(b.editions)-1], withdrawn: b.withdrawn}
	return kept.WithWithdrawn(last.From, last.Pack)
}

// Withdrawn lists the editions that were withdrawn before they held. The caller does not change the list.
func (b *Book) Withdrawn() []Edition { return b.withdrawn }

// IsWithdrawn reports whether an edition was withdrawn before it held.
func (b *Book) IsWithdrawn(edition string) bool {
	return slices.ContainsFunc(b.withdrawn, func(e Edition) bool { return e.Pack.Edition == edition })
}

// Names are those of the editions, the first one first.
func (b *Book) Names() []string {
	names := make([]string, len(b.editions))
	for i, e := range b.editions {
		names[i] = e.Pack.Edition
	}
	return names
}

// Of is the book as it was when it had these editions, the first one first, those since withdrawn too. ok is false where
// they are none that it ever had.
func (b *Book) Of(names []string) (was *Book, ok bool) {
	if len(names) == 0 || names[0] != b.editions[0].Pack.Edition {
		return nil, false
	}
	was = b.First(1)
	for _, name := range names[1:] {
		e, known := b.known(name)
		if !known || !e.From.After(was.Last().From) {
			return nil, false
		}
		was.editions = append(was.editions, e)
	}
	return was, true
}

// Until is the book as it was when an edition was its last and none had been withdrawn.
func (b *Book) Until(name string) (was *Book, ok bool) {
	last, ok := b.known(name)
	if !ok {
		return nil, false
	}
	all := slices.Concat(b.editions, b.withdrawn)
	slices.SortStableFunc(all, func(x, y Edition) int { return x.From.Compare(y.From) })
	all = slices.DeleteFunc(all, func(e Edition) bool { return e.From.After(last.From) })
	return &Book{editions: all}, true
}

func (b *Book) known(name string) (Edition, bool) {
	if e, ok := b.Named(name); ok {
		return e, true
	}
	i := slices.IndexFunc(b.withdrawn, func(e Edition) bool { return e.Pack.Edition == name })
	if i < 0 {
		return Edition{}, false
	}
	return b.withdrawn[i], true
}

// Knows reports whether the name of an edition is taken, also by one that was withdrawn.
func (b *Book) Knows(edition string) bool {
	_, ok := b.known(edition)
	return ok
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
