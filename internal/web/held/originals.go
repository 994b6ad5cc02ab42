package held

import (
	"net/http"
	"strconv"

	"liaison/internal/inbound"
	"liaison/internal/web"
)

// OriginalsPage lists the mails of a case whose bytes are kept.
type OriginalsPage struct {
	web.Page
	Number, Back string
	Rows         []OriginalRow
	Empty        web.Empty
}

// OriginalRow is one mail; Fetch is where the form of its button goes.
type OriginalRow struct {
	Fetch, From, Subject, What, Size string
	At                               web.When
}

func (o Options) originals(w http.ResponseWriter, r *http.Request) error {
	number := r.PathValue("number")
	list, err := o.Inbound.Originals(r.Context(), web.CurrentActor(r), number)
	if err != nil {
		return err
	}
	page := OriginalsPage{Page: o.Site.Page(r, "held.originals.title", "queue"), Number: number, Back: "/desk/" + number}
	page.Empty = web.Empty{Icon: "mail", Title: page.T("held.originals.none"), Text: page.T("held.originals.none_text")}
	for _, m := range list {
		row := OriginalRow{Fetch: "/desk/cases/" + number + "/mails/" + m.ID.String(), From: m.Sender, Subject: m.Subject, Size: page.Size(m.Size),
			What: page.T("held.originals.message"), At: page.When(m.ReceivedAt)}
		if m.State == inbound.StateCase || m.State == inbound.StateAdopted {
			row.What = page.T("held.originals.case")
		}
		page.Rows = append(page.Rows, row)
	}
	return o.Site.Render(w, r, http.StatusOK, page)
}

// fetchOriginal hands a mail out as a file. It is a form and no link, because a line in the journal says who did.
func (o Options) fetchOriginal(w http.ResponseWriter, r *http.Request) error {
	mail, err := mailID(r)
	if err != nil {
		return err
	}
	raw, err := o.Inbound.FetchOriginal(r.Context(), web.CurrentActor(r), r.PathValue("number"), mail)
	if err != nil {
		return err
	}
	giveMail(w, mail.String(), raw)
	return nil
}

// giveMail hands out a mail as it came, as a file: never shown, never run.
func giveMail(w http.ResponseWriter, name string, raw []byte) {
	h := w.Header()
	h.Set("Content-Type", "message/rfc822")
	h.Set("Content-Disposition", `attachment; filename="mail-`+name+`.eml"`)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Length", strconv.Itoa(len(raw)))
	_, _ = w.Write(raw) //nolint:gosec // a file to keep, see above; the browser has gone: nobody is left to tell
}
