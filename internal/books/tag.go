package books

import (
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// tag gives every entry the tag that a correction or an end of it names.
func (b *Books) tag() {
	for i := range b.Agreements {
		b.Agreements[i].Etag = contract.Tag(b.Agreements[i])
	}
	for i := range b.Orders {
		b.Orders[i].Etag = contract.Tag(b.Orders[i])
	}
	for i := range b.Systems {
		b.Systems[i].Etag = contract.Tag(b.Systems[i])
	}
	for i := range b.Components {
		b.Components[i].Etag = contract.Tag(b.Components[i])
	}
	for i := range b.Terms {
		b.Terms[i].Etag = contract.Tag(b.Terms[i])
	}
	for i := range b.Exceptions {
		b.Exceptions[i].Etag = contract.Tag(b.Exceptions[i])
	}
	for i := range b.Seats {
		b.Seats[i].Etag = contract.Tag(b.Seats[i])
	}
	for i, c := range b.Contacts { // a name may be corrected meanwhile: it is no part of the entry
		b.Contacts[i].Etag = contract.Tag(Standing{ID: c.ID, Kind: c.Kind, Person: c.Person, Since: c.Since})
	}
	for i, l := range b.Links {
		b.Links[i].Etag = contract.Tag(Tie{ID: l.ID, Kind: l.Kind, Other: l.Other, Since: l.Since})
	}
}

// Etag is the tag of an entry of a kind; "" where the books have none that can be ended.
func (b Books) Etag(kind string, entry id.ID) string {
	tags := map[id.ID]string{}
	switch kind {
	case Agreements:
		for _, e := range b.Agreements {
			tags[e.ID] = e.Etag
		}
	case Orders:
		for _, e := range b.Orders {
			tags[e.ID] = e.Etag
		}
	case Components:
		for _, e := range b.Components {
			tags[e.ID] = e.Etag
		}
	case Terms:
		for _, e := range b.Terms {
			tags[e.ID] = e.Etag
		}
	case Exceptions:
		for _, e := range b.Exceptions {
			tags[e.ID] = e.Etag
		}
	case BoughtKind:
		for _, e := range b.Seats {
			tags[e.ID] = e.Etag
		}
	case Contacts:
		for _, e := range b.Contacts {
			tags[e.ID] = e.Etag
		}
	case Links:
		for _, e := range b.Links {
			tags[e.ID] = e.Etag
		}
	}
	return tags[entry]
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
