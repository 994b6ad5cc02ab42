package examples

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"liaison/internal/errs"
	"liaison/internal/policy"
)

// Example is a worked example that a pack carries in its folder examples.
type Example struct {
	ID           string
	Kind         string
	Title        string
	Titles       policy.Text // the title in further languages
	Requirements []string    // "R3.3-06"
	Inputs       json.RawMessage
	Expected     map[string]any
}

// TitleIn is the example's title in lang, and whether it is written in it.
func (e Example) TitleIn(lang string) (title string, written bool) {
	if t, ok := e.Titles[lang]; ok {
		return t, true
	}
	return e.Title, lang == "en"
}

// ExpectedText is what the rules have to answer, as JSON.
func (e Example) ExpectedText() string { return text(e.Expected) }

// Of lists the worked examples in the folder of a pack, or where it has none in that of its base, in their order.
// Further titles stand in examples/titles.json: language -> id -> title.
func Of(packs fs.FS, p *policy.Pack) (found []Example, err error) {
	defer errs.Wrap(&err, "examples.Of(%s)", p.Name)
	for _, name := range []string{p.Name, p.Base} {
		files, err := filesOf(packs, name)
		if err != nil {
			return nil, err
		}
		titles, err := titlesOf(packs, name)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			var all struct{ Examples []Example }
			if err := readFS(packs, file, &all); err != nil {
				return nil, err
			}
			for _, e := range all.Examples {
				e.Titles = policy.Text{}
				for lang, byID := range titles {
					if t := byID[e.ID]; t != "" {
						e.Titles[lang] = t
					}
				}
				found = append(found, e)
			}
		}
		if len(found) > 0 {
			return found, nil
		}
	}
	return nil, nil
}

// filesOf lists the files with examples in the folder of a pack; what lies beside them are titles and calendars.
func filesOf(packs fs.FS, name string) ([]string, error) {
	if name == "" {
		return nil, nil
	}
	files, err := fs.Glob(packs, path.Join(name, "examples", "*.json"))
	return slices.DeleteFunc(files, func(f string) bool { return path.Base(f) == "titles.json" || path.Base(f) == "calendars.json" }), err
}

func titlesOf(packs fs.FS, name string) (titles map[string]map[string]string, err error) {
	err = readFS(packs, path.Join(name, "examples", "titles.json"), &titles)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return titles, err
}

func readFS(packs fs.FS, file string, into any) error {
	text, err := fs.ReadFile(packs, file)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// ForClause picks the examples of a clause: those with one of its requirements.
func ForClause(all []Example, number string) []Example {
	return slices.DeleteFunc(slices.Clone(all), func(e Example) bool {
		return !slices.ContainsFunc(e.Requirements, func(r string) bool { return strings.HasPrefix(r, "R"+number+"-") })
	})
}

// ForClauseOf picks the examples of a clause as an edition has it. They are written for the first edition of the book; of
// those a later one shows what it answers in the same way.
func ForClauseOf(all []Example, of policy.Editions, p *policy.Pack, number string) []Example {
	found := ForClause(all, number)
	if of.Book().Editions()[0].Pack == p {
		return found
	}
	return slices.DeleteFunc(found, func(e Example) bool {
		return example{ID: e.ID, Kind: e.Kind, Inputs: e.Inputs, Expected: e.Expected}.run(p) != ""
	})
}

// RunOf runs the examples that a pack carries, on the calendars of the pack itself, or those that a file names beside it.
func RunOf(packs fs.FS, p *policy.Pack) (out Outcome, err error) {
	defer errs.Wrap(&err, "examples.RunOf(%s)", p.Name)
	out.Failed = []string{}
	for _, name := range []string{p.Name, p.Base} {
		files, err := filesOf(packs, name)
		if err != nil || out.Passed+len(out.Failed) > 0 {
			return out, err
		}
		for _, file := range files {
			one, err := run(packs, p, file)
			if err != nil {
				return out, err
			}
			out.Passed += one.Passed
			out.Failed = append(out.Failed, one.Failed...)
		}
	}
	return out, nil
}
