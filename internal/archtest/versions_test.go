package archtest

import (
	"os"
	"testing"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

// floors are the versions below which a known attack works. A module that is not used needs none.
func floors() map[string]string {
	return map[string]string{
		"go":                                  "v1.26.6",
		"golang.org/x/crypto":                 "v0.52.0",
		"golang.org/x/net":                    "v0.55.0",
		"github.com/yuin/goldmark":            "v1.7.17",
		"github.com/jackc/pgx/v5":             "v5.9.2",
		"github.com/russellhaering/goxmldsig": "v1.6.0",
	}
}

// outdated finds what a go.mod requires below its floor.
func outdated(name string, text []byte, least map[string]string) ([]finding, error) {
	mod, err := modfile.Parse(name, text, nil)
	if err != nil {
		return nil, err
	}
	have := map[string]string{"go": "v0"}
	if mod.Go != nil {
		have["go"] = "v" + mod.Go.Version
	}
	var found []finding
	if semver.Compare(have["go"], least["go"]) < 0 {
		found = append(found, finding{"go " + have["go"], "must be at least " + least["go"] + ": earlier ones have a known hole"})
	}
	for _, r := range mod.Require {
		if want, guarded := least[r.Mod.Path]; guarded && semver.Compare(r.Mod.Version, want) < 0 {
			found = append(found, finding{r.Mod.Path + " " + r.Mod.Version, "must be at least " + want + ": earlier ones have a known hole"})
		}
	}
	for _, r := range mod.Replace {
		found = append(found, finding{r.Old.Path, "a replace hides which version is built"})
	}
	return found, nil
}

func TestNoDependencyIsOlderThanItsKnownHoles(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(root + "/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	found, err := outdated("go.mod", text, floors())
	if err != nil {
		t.Fatal(err)
	}
	report(t, found)
}

func TestAnOldDependencyIsFound(t *testing.T) {
	t.Parallel()
	text := "module x\n\ngo 1.26.5\n\nrequire (\n\tgolang.org/x/crypto v0.51.9\n\tgolang.org/x/net v0.55.0\n\tgithub.com/jackc/pgx/v5 v5.9.10\n)\n\nreplace golang.org/x/net => ../net\n"
	found, err := outdated("go.mod", []byte(text), floors())
	if err != nil {
		t.Fatal(err)
	}
	expect(t, found, "go v1.26.5", "golang.org/x/crypto v0.51.9", "golang.org/x/net")
	found, err = outdated("go.mod", []byte("module x\n"), floors())
	if err != nil {
		t.Fatal(err)
	}
	expect(t, found, "go v0")
}
