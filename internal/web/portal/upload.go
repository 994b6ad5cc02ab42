package portal

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/web"
)

// The bounds of a form with files. What is typed is far below them.
const (
	maxTyped  = 2 << 20 // bytes of all typed values
	maxParts  = 200     // fields and files
	keptField = "kept"  // "<id> <size> <name>" of a file that is stored and not yet on a case
)

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
// beside the field, and everything else is kept.
func (p *portal) read(r *http.Request) (t *typed, err error) {
	t = &typed{}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		if t.Form, err = web.ReadForm(r); err != nil {
			return nil, err
		}
		for name, all := range r.PostForm {
			for _, v := range all {
				t.add(name, v)
			}
		}
		return t, nil
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, errs.Because(errs.Malformed, "error.malformed", err)
	}
	if err := p.readParts(r, t, parts); err != nil {
		return nil, err
	}
	t.Form = web.NewForm(t.pairs...)
	return t, nil
}

func (p *portal) readParts(r *http.Request, t *typed, parts *multipart.Reader) error {
	left := int64(maxTyped)
	for range maxParts {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			err = unreadable(err)
			if len(t.pairs) > 0 && errs.KindOf(err) == errs.TooLarge { // what was typed before it is worth keeping
				t.bad = append(t.bad, errs.BadField("attachments", "error.too_large"))
				return nil
			}
			return err
		}
		if part.FileName() != "" {
			err = p.store(r, t, part)
		} else if part.FormName() != "" {
			err = t.value(part, &left)
		}
		if err != nil {
			return err
		}
	}
	return errs.New(errs.TooLarge, "error.too_large")
}

// value reads one typed value, within what is left of the bound. One that is longer is cut, and said so.
func (t *typed) value(part *multipart.Part, left *int64) error {
	b, err := io.ReadAll(io.LimitReader(part, *left+1))
	if err != nil {
		return unreadable(err)
	}
	if int64(len(b)) > *left {
		kept := web.Cut(b)
		*left = max(*left-int64(len(kept)), 0)
		t.bad = append(t.bad, errs.BadField(part.FormName(), "field.cut", "max", web.MaxTyped))
		t.add(part.FormName(), kept)
		return nil
	}
	*left -= int64(len(b))
	if !utf8.Valid(b) {
		return errs.New(errs.Malformed, "error.malformed")
	}
	t.add(part.FormName(), string(b))
	return nil
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
func (p *portal) store(r *http.Request, t *typed, part *multipart.Part) error {
	f, err := p.Cases.Upload(r.Context(), web.CurrentActor(r), cases.NewFile{Name: part.FileName(), Body: part})
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

// unreadable says why a form could not be read to its end.
func unreadable(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errs.Because(errs.TooLarge, "error.too_large", err)
	}
	return errs.Because(errs.Malformed, "error.body_cut", err)
}
