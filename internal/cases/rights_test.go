package cases_test

import (
	"context"
	"strings"
	"testing"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/id"
)

func TestAPersonOfNoCustomerSeesNoSystemToRegisterFor(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, outsider := w.shop(shopSpec{key: "nordwind", country: "US", plan: "elite"}), w.person(id.ID{}, access.Outsider, "Otto")
		ctx := context.Background()
		in := form(s.system, 3)
		if _, err := w.Register(ctx, outsider, in); errs.KindOf(err) != errs.NotFound {
			t.Errorf("registering: %v", err)
		}
		in.Attachments = []id.ID{id.New()}
		if _, err := w.Register(ctx, outsider, in); errs.KindOf(err) != errs.NotFound {
			t.Errorf("registering with a file: %v", err)
		}
		if _, ok, err := w.LoadDraft(ctx, outsider, "new-case"); ok || err != nil {
			t.Errorf("their draft: %t, %v", ok, err)
		}
		if err := w.DropDraft(ctx, outsider, "new-case"); err != nil {
			t.Errorf("dropping a draft: %v", err)
		}
		if _, err := w.SaveDraft(ctx, outsider, "new-case", nil); errs.KindOf(err) != errs.Refused {
			t.Errorf("keeping a draft: %v", err)
		}
	})
}

func TestANoteDoesNotMoveACaseForWhoMayOnlyWriteNotes(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		c := w.register(w.shop(shopSpec{key: "nordwind", country: "US", plan: "elite"}), 3)
		sam := w.person(id.ID{}, access.SuccessManager, "Sam")
		_, err := w.PostMessage(context.Background(), sam, c.Number, cases.NewMessage{Text: "Done.", Internal: true, ThenStatus: cases.Closed, Reason: "done"})
		if errs.KindOf(err) != errs.Refused {
			t.Errorf("closing with a note: %v", err)
		}
		w.say(sam, c.Number, cases.NewMessage{Text: "They renew in May.", Internal: true})
		if st := w.get(sam, c.Number).Status; st != cases.Open {
			t.Errorf("the case is %s", st)
		}
	})
}

func TestNotesAreReadByWhoMayWriteThem(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		c := w.register(w.shop(shopSpec{key: "nordwind", country: "US", plan: "elite"}), 3)
		eva, pia := w.engineer(), w.person(id.ID{}, access.PrivacyOfficer, "Pia")
		ctx := context.Background()
		f, err := w.Upload(ctx, eva, cases.NewFile{Name: "trace.txt", Body: strings.NewReader("x")})
		if err != nil {
			t.Fatal(err)
		}
		w.say(eva, c.Number, cases.NewMessage{Text: "Suspect a zebra.", Internal: true, Attachments: []id.ID{f.ID}})
		for _, tt := range []struct {
			who  access.Actor
			sees bool
		}{{eva, true}, {pia, false}} {
			tl, err := w.Timeline(ctx, tt.who, c.Number, "", 0)
			if err != nil {
				t.Fatal(err)
			}
			noted := false
			for _, it := range tl.Items {
				noted = noted || it.Kind == "note.added"
			}
			found, err := w.List(ctx, tt.who, cases.Filter{Query: "zebra"})
			if err != nil {
				t.Fatal(err)
			}
			_, r, err := w.Download(ctx, tt.who, c.Number, f.ID)
			if err == nil {
				err = r.Close()
			}
			if noted != tt.sees || (len(found.Items) > 0) != tt.sees || (err == nil) != tt.sees {
				t.Errorf("%s: note in the timeline %t, found %d, file %v", tt.who.Role, noted, len(found.Items), err)
			}
		}
	})
}
