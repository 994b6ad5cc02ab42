package portal

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/web"
)

// keptField is "<id> <size> <name>" of a file that is stored and not yet on a case.
const keptField = "kept"

// KeptFile is a file that is already stored: after an error it need not be sent again.
type KeptFile struct {
	ID    string
	Name  string
	Size  string
	Value string // of the hidden field that carries it along
}

// typed is a posted form with the files that came with it.
type typed struct {
	web.Form
	pairs []string // name, value, ...
	kept  []string // values of keptField
	files []id.ID
	bad   []errs.Field
}

// read takes a posted form apart. Files are streamed to the store as they arrive; one that is refused is named
// beside the field, and everything else is kept, also of an entry that is too long.
func (p *portal) read(r *http.Request) (*typed, error) {
	t := &typed{}
	form, err := web.ReadFiles(r, func(name string, body io.Reader) error { return p.store(r, t, name, body) })
	for name, value := range form.All() {
		t.add(name, value)
	}
	_, cutOff := errors.AsType[*http.MaxBytesError](err)
	switch {
	case err == nil:
	case errs.KindOf(err) == errs.Invalid:
		t.bad = append(t.bad, errs.As(err).Fields...)
	case cutOff && len(t.pairs) > 0: // within its files: what was typed before them is worth keeping
		t.bad = append(t.bad, errs.BadField("attachments", "error.too_large"))
	default:
		return nil, err
	}
	t.Form = web.NewForm(t.pairs...)
	return t, nil
}

func (t *typed) add(name, value string) {
	if name == keptField {
		t.keep(value)
	} else {
		t.pairs = append(t.pairs, name, value)
	}
}

// store keeps one file. What the store refuses is said beside the field; a request that broke off, or a store that
// cannot write, is an error of the whole request.
func (p *portal) store(r *http.Request, t *typed, name string, body io.Reader) error {
	f, err := p.Cases.Upload(r.Context(), web.CurrentActor(r), cases.NewFile{Name: name, Body: body})
	if err != nil {
		e := errs.As(err)
		switch e.Kind {
		case errs.TooLarge, errs.Refused, errs.Invalid, errs.NoSpace:
			t.bad = append(t.bad, errs.Field{Name: "attachments", Key: web.SayableKey(e), Args: e.Args})
			return nil
		default: // the others are of the whole request
			return err
		}
	}
	t.keep(f.ID.String() + " " + strconv.FormatInt(f.Size, 10) + " " + f.Name)
	return nil
}

// keep takes up a file by the value of its hidden field. Whether it is the person's own is asked when it is used.
func (t *typed) keep(value string) {
	head, _, _ := strings.Cut(value, " ")
	if file, err := id.Parse(head); err == nil {
		t.kept, t.files = append(t.kept, value), append(t.files, file)
	}
}

// shown are the kept files for the page.
func (t *typed) shown(page web.Page) (list []KeptFile) {
	for _, value := range t.kept {
		parts := strings.SplitN(value, " ", 3)
		if len(parts) < 3 {
			continue
		}
		size, _ := strconv.ParseInt(parts[1], 10, 64) // only shown; our own writing
		list = append(list, KeptFile{ID: parts[0], Size: page.Size(size), Name: parts[2], Value: value})
	}
	return list
}
