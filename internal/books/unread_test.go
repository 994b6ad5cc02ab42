package books_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"liaison/internal/books"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Of an entry that could not be read as a whole, everything that is wrong is told, each value once, and nothing is entered.
func TestWhatCannotBeReadIsToldWithWhateverElseIsWrong(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, noDay := context.Background(), errs.BadField("from", "books.not_a_day")
		told := func(e books.Entry) string {
			_, err := w.Enter(ctx, program(), w.customer, books.Read(e, []errs.Field{noDay}))
			var list []string
			for _, f := range errs.As(err).Fields {
				list = append(list, f.Name+" "+f.Key)
			}
			slices.Sort(list)
			return strings.Join(list, ", ")
		}
		for want, e := range map[string]books.Entry{
			"country contract.unknown_country, from books.not_a_day, number field.required, signingEntity field.required, to field.required": books.Agreement{Country: "ZZ"},
			"from books.not_a_day, system books.unknown_system":                             books.Component{System: id.New(), Name: "Database", Vendor: "Elsewhere"},
			"from books.not_a_day":                                                          books.Component{System: w.system, Name: "Database", Vendor: "Elsewhere"},
			"customer books.unknown_customer, from books.not_a_day, kind field.not_allowed": books.Tied{Kind: "friend", Other: id.New()},
		} {
			if got := told(e); got != want {
				t.Errorf("%T: %s, want %s", e, got, want)
			}
		}
		if b, err := w.AsOf(ctx, reader(), w.customer, w.clk.Now()); err != nil || len(b.Components) != 0 {
			t.Errorf("%v were entered: %v", b.Components, err)
		}
	})
}
