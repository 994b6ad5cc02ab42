package cases_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

func TestAFileTravelsFromUploadToDownloadUnchanged(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		body := strings.Repeat("log line\n", 9000)
		mine, err := w.Upload(ctx, s.liaison, cases.NewFile{Name: "../日志\u200b.txt", Body: strings.NewReader(body)})
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256([]byte(body))
		if mine.Name != "日志.txt" || mine.Size != int64(len(body)) || mine.SHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("uploaded as %+v", mine)
		}
		in := form(s.system, 3)
		in.Attachments = []id.ID{mine.ID}
		c, err := w.Register(ctx, s.liaison, in)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.PostMessage(ctx, s.liaison, c.Number, cases.NewMessage{Text: "again", Attachments: []id.ID{mine.ID}})
		if errs.KindOf(err) != errs.Invalid {
			t.Errorf("a file used twice: %v", err)
		}
		note, err := w.Upload(ctx, eva, cases.NewFile{Name: "trace.zip", Body: strings.NewReader("zip")})
		if err != nil {
			t.Fatal(err)
		}
		w.say(eva, c.Number, cases.NewMessage{Text: "internal", Internal: true, Attachments: []id.ID{note.ID}})
		for name, tt := range map[string]struct {
			file id.ID
			want string
			err  bool
		}{"own": {mine.ID, body, false}, "staff's internal": {note.ID, "", true}, "none": {id.New(), "", true}} {
			_, r, err := w.Download(ctx, s.liaison, c.Number, tt.file)
			if tt.err {
				if errs.KindOf(err) != errs.NotFound {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if err = errors.Join(err, r.Close()); err != nil || string(got) != tt.want {
				t.Errorf("%s: %d bytes, %v", name, len(got), err)
			}
		}
		if _, r, err := w.Download(ctx, eva, c.Number, note.ID); err != nil {
			t.Errorf("staff read their own file: %v", err)
		} else if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestARestrictedCustomerHasNoFilesByAnyWay(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		s, eva := w.shop(shopSpec{key: "clinic", country: "US", plan: "elite", restricted: true}), w.engineer()
		_, err := w.Upload(ctx, s.liaison, cases.NewFile{Name: "a.txt", Body: strings.NewReader("x")})
		wantRefusal(t, err, "restricted_no_attachments", "7.1")
		c := w.register(s, 3)
		f, err := w.Upload(ctx, eva, cases.NewFile{Name: "a.txt", Body: strings.NewReader("x")})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.PostMessage(ctx, eva, c.Number, cases.NewMessage{Text: "see file", Attachments: []id.ID{f.ID}})
		wantRefusal(t, err, "restricted_no_attachments", "7.1")
		err = w.DB.Update(ctx, db.ForTenant(s.customer), func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO attachment (tenant_id, id, blob_id, person_id, name, content_type, size, sha256, created_at)
				VALUES ($1, $2, $2, $3, 'a', 'text/plain', 1, '', $4)`, s.customer, id.New(), s.liaison.Person, tx.Now())
			return errors.Join(err, journal.Record(tx, journal.Line{Tenant: s.customer, ActorKind: "system", SubjectKind: "file", Kind: "test", Visibility: journal.System}))
		})
		if err == nil {
			t.Error("the database takes a file of a restricted customer")
		}
	})
}

func TestFilesThatNobodyUsedAreForgotten(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		used, err := w.Upload(ctx, s.liaison, cases.NewFile{Name: "used.txt", Body: strings.NewReader("x")})
		if err != nil {
			t.Fatal(err)
		}
		in := form(s.system, 3)
		in.Attachments = []id.ID{used.ID}
		c, err := w.Register(ctx, s.liaison, in)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range []access.Actor{s.liaison, eva} {
			if _, err := w.Upload(ctx, a, cases.NewFile{Name: "left.txt", Body: strings.NewReader("y")}); err != nil {
				t.Fatal(err)
			}
		}
		for _, step := range []struct {
			after time.Duration
			want  int
		}{{23 * time.Hour, 0}, {2 * time.Hour, 2}, {0, 0}} {
			w.clk.Forward(step.after)
			if n, err := w.Forget(ctx); err != nil || n != step.want {
				t.Errorf("after %s more: %d files forgotten, %v; want %d", step.after, n, err, step.want)
			}
		}
		if _, r, err := w.Download(ctx, s.liaison, c.Number, used.ID); err != nil {
			t.Errorf("the used file is gone: %v", err)
		} else if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}
