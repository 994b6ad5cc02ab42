package policy_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"liaison/internal/errs"
	"liaison/internal/policy"
	"liaison/policies"
)

// A file that the loader would pass over is a slip that nobody sees: it is named, whatever kind of slip it is, and nothing
// that only follows from it is said.
func TestNoFileOfAPackIsPassedOverInSilence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, from, to, want string }{
		{"another ending of a list", "calendars/FR.yaml", "calendars/FR.yml", "calendars/FR.yml"},
		{"a list that another borrows", "calendars/US.yaml", "calendars/US.yml", "calendars/US.yml"},
		{"a slip in the folder", "calendars/FR.yaml", "calenders/FR.yaml", "calenders/"},
		{"capitals in the folder", "calendars/FR.yaml", "Calendars/FR.yaml", "Calendars/"},
		{"a folder in the folder", "calendars/FR.yaml", "calendars/2026/FR.yaml", "calendars/2026/"},
		{"another ending of the clauses", "clauses.en.yaml", "clauses.en.yml", "clauses.en.yml"},
		{"clauses without a language", "", "clauses.yaml", "clauses.yaml"},
		{"another ending of the names", "holidays.yaml", "holidays.YAML", "holidays.YAML"},
		{"another ending of the policy", "policy.yaml", "policy.yml", "policy.yml"},
		{"a list in the wrong folder", "calendars/FR.yaml", "FR.yaml", "FR.yaml"},
		{"an example that is none", "", "examples/one.yaml", "examples/one.yaml"},
		{"a picture", "", "logo.png", "logo.png"},
		{"notes", "", "README.md", ""},
		{"what a machine leaves", "", ".DS_Store", ""},
		{"what the pack was made of", "", "_source/law.pdf", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := packed(t)
			text := []byte("a: b\n")
			if old := reference + "/" + c.from; files[old] != nil {
				text = files[old].Data
				delete(files, old)
			}
			files[reference+"/"+c.to] = &fstest.MapFile{Data: text}
			_, err := policy.Load(files, reference)
			var found policy.Problems
			if c.want == "" && err != nil || c.want != "" && !errors.As(err, &found) {
				t.Fatal(err)
			}
			var names []string
			for _, p := range found {
				if p.Key != "pack.unknown_file" || p.File != reference+"/"+c.want {
					t.Errorf("said beside it: %v", p)
				}
				names = append(names, p.Args["found"].(string))
			}
			if got := strings.Join(names, ", "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestAPackIsNotBasedOnAnOverlay(t *testing.T) {
	t.Parallel()
	files := packed(t)
	files["mine/policy.yaml"] = &fstest.MapFile{Data: []byte("edition: \"1\"\nbase: theirs\n")}
	files["theirs/policy.yaml"] = &fstest.MapFile{Data: []byte("base: " + reference + "\n")}
	_, err := policy.Load(files, "mine")
	var found policy.Problems
	if !errors.As(err, &found) || len(found) != 1 || found[0].Key != "pack.base_of_base" || found[0].Line != 2 || found[0].File != "mine/policy.yaml" || found[0].Args["allowed"] != reference {
		t.Errorf("got %v", err)
	}
}

// A reader of a pack in Chinese meets one word for one thing.
func TestAShippedPackHasOneChineseWordForOneThing(t *testing.T) {
	t.Parallel()
	err := fs.WalkDir(policies.FS, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(policies.FS, name)
		for _, word := range []string{"次级处理方", "技术帮助", "策略包"} {
			if bytes.Contains(text, []byte(word)) {
				t.Errorf("%s has %s", name, word)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// zipped is a zip with files in this order; a name that ends in a slash is a folder.
func zipped(t *testing.T, names ...string) []byte {
	t.Helper()
	text, err := fs.ReadFile(policies.FS, "example/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		w, err := z.Create(name)
		if err == nil && strings.HasSuffix(name, "policy.yaml") {
			_, err = w.Write(text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What somebody sends is one pack, and all of it is read.
func TestAZipIsOnePackAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		files []string
		want  string // key of the error, and the files that it names
	}{
		{"a folder", []string{"mine/", "mine/policy.yaml", "mine/README.md", "__MACOSX/mine/._policy.yaml", ".DS_Store"}, ""},
		{"a folder in a folder", []string{"packs/", "packs/mine/", "packs/mine/policy.yaml"}, ""},
		{"two packs", []string{"mine/policy.yaml", "theirs/policy.yaml"}, "policy.archive_several mine/policy.yaml, theirs/policy.yaml"},
		{"two packs, one called pack", []string{"pack/policy.yaml", "theirs/policy.yaml"}, "policy.archive_several pack/policy.yaml, theirs/policy.yaml"},
		{"a pack in a pack", []string{"policy.yaml", "old/policy.yaml"}, "policy.archive_several policy.yaml, old/policy.yaml"},
		{"a file beside the folder", []string{"mine/policy.yaml", "calendars/FR.yaml"}, "pack.invalid calendars/FR.yaml"},
		{"slips in the folder", []string{"mine/policy.yaml", "mine/calendars/DE.yml", "mine/calenders/FR.yaml", "mine/clauses.en.yml", "Calendars/IT.yaml"},
			"pack.invalid calendars/DE.yml, calenders/, clauses.en.yml, Calendars/IT.yaml"},
		{"a file twice", []string{"mine/policy.yaml", "mine/policy.yaml"}, "policy.archive_twice mine/policy.yaml"},
		{"no pack", []string{"mine/policy.yml"}, "policy.archive_bad"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := policy.LoadZip(zipped(t, c.files...), policies.FS)
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			e := errs.As(err)
			if e == nil || e.Kind != errs.Invalid {
				t.Fatalf("got %v, want %s", err, c.want)
			}
			got := []string{}
			if named, ok := e.Args["found"].(string); ok {
				got = append(got, named)
			}
			var found policy.Problems
			errors.As(err, &found)
			for _, p := range found {
				got = append(got, p.Args["found"].(string))
			}
			key, names, _ := strings.Cut(c.want, " ")
			want := strings.Split(names, ", ")
			if key == "pack.invalid" {
				slices.Sort(got)
				slices.Sort(want)
			}
			if e.Key != key || strings.Join(got, ", ") != strings.Join(want, ", ") {
				t.Errorf("got %s %v, want %s", e.Key, got, c.want)
			}
		})
	}
}
