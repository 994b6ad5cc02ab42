package books

import (
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// tagged is an entry of the books with its tag.
type tagged struct {
	id  id.ID
	tag *string
	is  any // what the tag is of
}

// entries are those of a kind that have tags; nil for a kind that has none.
func (b *Books) entries(kind string) []tagged {
	switch kind {
	case Agreements:
		return tags(b.Agreements, func(e *contract.Agreement) tagged { return tagged{e.ID, &e.Etag, *e} })
	case Orders:
		return tags(b.Orders, func(e *Order) tagged { return tagged{e.ID, &e.Etag, *e} })
	case Systems:
		return tags(b.Systems, func(e *contract.SystemEntry) tagged { return tagged{e.ID, &e.Etag, *e} })
	case Components:
		return tags(b.Components, func(e *contract.Component) tagged { return tagged{e.ID, &e.Etag, *e} })
	case Terms:
		return tags(b.Terms, func(e *contract.TermEntry) tagged { return tagged{e.ID, &e.Etag, *e} })
	case Exceptions:
		return tags(b.Exceptions, func(e *contract.ExceptionEntry) tagged { return tagged{e.ID, &e.Etag, *e} })
	case BoughtKind:
		return tags(b.Seats, func(e *contract.SeatEntry) tagged { return tagged{e.ID, &e.Etag, *e} })
	case Contacts: // a name may be corrected meanwhile: it is no part of the entry
		return tags(b.Contacts, func(e *Standing) tagged {
			return tagged{e.ID, &e.Etag, Standing{ID: e.ID, Kind: e.Kind, Person: e.Person, Since: e.Since}}
		})
	case Links:
		return tags(b.Links, func(e *Tie) tagged {
			return tagged{e.ID, &e.Etag, Tie{ID: e.ID, Kind: e.Kind, Other: e.Other, Since: e.Since}}
		})
	}
	return nil
}

func tags[E any](list []E, of func(*E) tagged) []tagged {
	all := make([]tagged, len(list))
	for i := range list {
		all[i] = of(&list[i])
	}
	return all
}

// tag gives every entry the tag that a correction or an end of it names.
func (b *Books) tag() {
	for _, kind := range EntryKinds() {
		for _, e := range b.entries(kind) {
			*e.tag = contract.Tag(e.is)
		}
	}
}

// Etag is the tag of an entry of a kind; "" where the books have none that can be ended.
func (b *Books) Etag(kind string, entry id.ID) string {
	if kind == Systems {
		return ""
	}
	for _, e := range b.entries(kind) {
		if e.id == entry {
			return *e.tag
		}
	}
	return ""
}

// readerOf reads the entries of a kind that can be ended; nil for a kind that is none.
func readerOf(kind string) func(*db.Tx, *Books) error {
	switch kind {
	case Agreements:
		return readAgreements
	case Orders:
		return readOrders
	case Terms, Exceptions, BoughtKind:
		return readHolding
	case Components:
		return readComponents
	case Contacts:
		return readContacts
	case Links:
		return readLinks
	}
	return nil
}

// stillThere wants the entry to be as the caller has read it: Missing when it is not there any more, Stale when it is not
// what tag says. "*" is whatever is there.
func (s *Service) stillThere(tx *db.Tx, customer id.ID, kind string, entry id.ID, tag string) error {
	read := readerOf(kind)
	if read == nil {
		return errs.Missing()
	}
	b := Books{Customer: customer, At: tx.Now()}
	if err := read(tx, &b); err != nil {
		return err
	}
	b.tag()
	switch now := b.Etag(kind, entry); {
	case now == "":
		return errs.Missing()
	case tag != "*" && tag != now:
		return errs.New(errs.Stale, "books.stale")
	}
	return nil
}
