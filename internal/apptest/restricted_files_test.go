package apptest_test

import (
	"bytes"
	"errors"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"liaison/internal/apptest"
)

// Staff cannot give a restricted customer's case a file either, by the desk's form or by REST: nothing of it stays, and
// what was typed comes back (R7.1-06).
func TestStaffGiveARestrictedCustomersCaseNoFile(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		number := w.Things("mercy-valley").Number
		files := func() int64 {
			return w.Count(`SELECT count(*) FROM attachment a JOIN customer c ON c.id = a.tenant_id WHERE c.restricted`) +
				w.Count(`SELECT count(*) FROM pending_upload`)
		}
		messages := w.Count(`SELECT count(*) FROM message`)
		for _, visibility := range []string{"reply", "note"} {
			var body bytes.Buffer
			form := multipart.NewWriter(&body)
			var err error
			for _, field := range [][2]string{{"text", "See the scan that I made."}, {"visibility", visibility}} { // in the order of the form
				err = errors.Join(err, form.WriteField(field[0], field[1]))
			}
			file, bad := form.CreateFormFile("files", "scan.png")
			if err = errors.Join(err, bad); err == nil {
				_, err = file.Write([]byte("pixels"))
			}
			if err == nil {
				err = form.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
			got := w.In("sam.carter").Do(http.MethodPost, "/desk/cases/"+number+"/message", body.Bytes(), "Content-Type", form.FormDataContentType())
			if got.Status != http.StatusForbidden || !strings.Contains(string(got.Body), "/policy/7.1") || !strings.Contains(string(got.Body), "See the scan that I made.") {
				t.Errorf("a %s with a file: %d, clause %t, text %t", visibility, got.Status, strings.Contains(string(got.Body), "/policy/7.1"), strings.Contains(string(got.Body), "See the scan"))
			}
		}
		staff := w.As("sam.carter")
		file := apptest.Is[apptest.File](t, staff.Post("/api/v1/attachments", []byte("pixels"), "X-File-Name", "scan.png"), http.StatusCreated)
		got := staff.Post("/api/v1/cases/"+number+"/messages", map[string]any{"text": "See the scan.", "attachments": []string{file.ID}})
		if p := apptest.Is[apptest.Problem](t, got, http.StatusForbidden); p.Clause != "7.1" || p.Requirement != "R7.1-06" {
			t.Errorf("by REST: %+v", p)
		}
		if n := files(); n != 1 { // the upload by REST is still its owner's, for another case
			t.Errorf("%d files are left", n)
		}
		if n := w.Count(`SELECT count(*) FROM message`); n != messages {
			t.Errorf("%d messages came about", n-messages)
		}
	})
}
