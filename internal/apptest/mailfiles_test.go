package apptest_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"liaison/internal/apptest"
	"liaison/internal/inbound"
)

// withFile is a letter with a file.
func withFile(l apptest.Letter, name string) apptest.Letter {
	l.Head = append(l.Head, "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=outer")
	l.Text = "--outer\r\nContent-Type: text/plain\r\n\r\nPlease see the file.\r\n--outer\r\nContent-Type: text/plain\r\n" +
		"Content-Disposition: attachment; filename=" + name + "\r\n\r\nx\r\n--outer--"
	return l
}

// A file is found by its name, whichever way its mail came onto the case: as the case, as a reply, or adopted.
func TestFilesThatCameByMailAreFound(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		katrin, address := w.As("katrin.vogel"), w.Person("katrin.vogel").Email
		first := w.Mail(withFile(apptest.Letter{From: address, Subject: "By mail"}, "zwergspitz_trace.log"))
		reply := w.Mail(withFile(apptest.Letter{From: address, To: token(w, first.Number), Subject: "Re: By mail"}, "kuvaszdump.bin"))
		theirs := w.Mail(withFile(apptest.Letter{From: "jonas.brandt@nordwind.example", Subject: "By a colleague"}, "havaneserheap.hprof"))
		if first.State != inbound.StateCase || reply.State != inbound.StateMessage || theirs.State != inbound.StateHeld {
			t.Fatalf("%+v, %+v, %+v", first, reply, theirs)
		}
		s := w.System(home)
		adopted := apptest.Is[apptest.Case](t, katrin.Post("/api/v1/held/"+theirs.Mail.String()+"/adopt",
			map[string]any{"system": s.ID, "environment": "production", "product": s.Product, "version": s.Version, "priority": "P3"}), 201)
		for word, number := range map[string]string{"zwergspitz": first.Number, "kuvaszdump": first.Number, "havaneserheap": adopted.Number} {
			found := apptest.Is[apptest.Cases](t, katrin.Get("/api/v1/cases?q="+word), 200).Items
			if len(found) != 1 || found[0].Number != number {
				t.Errorf("%s is found in %+v, want %s", word, found, number)
			}
		}
	})
}

// A mail as it was sent shows the pictures that came with it. They stand in the document itself, which may load nothing, and
// what only calls itself a picture stays out.
func TestAMailAsItWasSentShowsItsPictures(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		png := base64.StdEncoding.EncodeToString([]byte("\x89PNG\r\n\x1a\nthe picture"))
		letter := func(to string) apptest.Letter {
			return apptest.Letter{From: w.Person("katrin.vogel").Email, To: to, Subject: "With a picture", Head: []string{"MIME-Version: 1.0", "Content-Type: multipart/related; boundary=outer"},
				Text: strings.Join([]string{"--outer", "Content-Type: text/html", "", `<p>See</p><img src="cid:one@mail" alt="chart"><img src="cid:two@mail" alt="page"><img src="cid:none@mail">`,
					"--outer", "Content-Type: image/png; name=chart.png", "Content-ID: <one@mail>", "Content-Transfer-Encoding: base64", "", png,
					"--outer", "Content-Type: image/png; name=page.png", "Content-ID: <two@mail>", "", "<script>alert(1)</script>", "--outer--"}, "\r\n")}
		}
		first := w.Mail(letter(""))
		w.Mail(letter(token(w, first.Number)))
		tl := apptest.Is[apptest.Timeline](t, w.As("katrin.vogel").Get("/api/v1/cases/"+first.Number+"/timeline"), 200)
		paths := []string{"/sent"}
		for _, it := range tl.Items {
			if it.Message != nil {
				paths = append(paths, "/sent/"+it.Message.ID)
			}
		}
		if len(paths) != 2 {
			t.Fatalf("the case has %d mails", len(paths))
		}
		for _, path := range paths {
			for who, base := range map[string]string{"katrin.vogel": "/cases/", "sofia.lindqvist": "/desk/cases/"} {
				got := w.In(who).Get(base + first.Number + path)
				page := string(got.Body)
				if got.Status != 200 || strings.Count(page, `src="data:image/png;base64,`+png+`"`) != 1 || strings.Count(page, "data:") != 1 || strings.Contains(page, "cid:") {
					t.Errorf("%s of %s: %d %s", path, who, got.Status, page)
				}
			}
		}
	})
}
