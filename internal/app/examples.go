package app

import (
	"io/fs"

	"liaison/internal/examples"
	"liaison/policies"
)

// examples are the worked examples that the installation's pack carries; pages and REST show them with their clauses.
func (a *App) examples() ([]examples.Example, error) {
	var packs fs.FS = policies.FS
	if a.Packs != nil {
		packs = a.Packs
	}
	return examples.Of(packs, a.Pack)
}
