package policy

import (
	"archive/zip"
	"bytes"
	"regexp"
	"slices"
	"strconv"

	"liaison/internal/errs"
)

// WithLists is a new edition: the files of p with another name of edition and other lists of days, loaded and checked
// as if a person had written them. Errors: those of Load; pack.no_files for a pack that was not loaded from files.
func (p *Pack) WithLists(edition string, lists ...HolidayList) (_ *Pack, err error) {
	defer errs.Wrap(&err, "policy.Pack.WithLists(%s)", edition)
	if len(p.files) == 0 {
		return nil, errs.New(errs.Conflict, "pack.no_files", "edition", p.Edition)
	}
	texts := map[string][]byte{}
	for _, f := range slices.Concat(p.files, p.examples) {
		texts[f.stored] = f.text
	}
	for _, l := range lists {
		texts[ownFolder+"/calendars/"+l.Country+".yaml"] = l.File()
	}
	head := ownFolder + "/policy.yaml"
	texts[head] = renamed(texts[head], edition)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range texts {
		w, err := z.Create(name)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(text); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return LoadArchive(b.Bytes(), p.Name)
}

// renamed is policy.yaml with another name of edition; an overlay that names none gets one.
func renamed(text []byte, edition string) []byte {
	line := []byte("edition: " + strconv.Quote(edition))
	named := regexp.MustCompile(`(?m)^edition:[^\n]*$`)
	if at := named.FindIndex(text); at != nil {
		return append(append(append([]byte{}, text[:at[0]]...), line...), text[at[1]:]...)
	}
	return append(append(line, '\n'), text...)
}
