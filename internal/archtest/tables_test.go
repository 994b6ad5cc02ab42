package archtest

import (
	"go/ast"
	"testing"
)

// bareTables finds tables that are written past internal/sheet, where a cell that a spreadsheet would run is marked. Tests
// write what others may have written.
func bareTables(all []source) []finding {
	var found []finding
	for _, s := range all {
		if s.in("internal/sheet") || s.isTest() {
			continue
		}
		uses(s.file, "encoding/csv", func(sel *ast.SelectorExpr) {
			if sel.Sel.Name == "NewWriter" || sel.Sel.Name == "Writer" {
				found = append(found, finding{s.at(sel), "csv." + sel.Sel.Name + " outside internal/sheet: a sheet.Writer lets no cell through that a spreadsheet runs"})
			}
		})
	}
	return found
}

func TestTablesAreWrittenBySheet(t *testing.T) {
	t.Parallel()
	report(t, bareTables(sources(t)))
	expect(t, bareTables([]source{
		parse(t, "internal/report/x.go", "package x\nimport \"encoding/csv\"\nvar r = csv.NewReader\nvar w = csv.NewWriter\n"),
		parse(t, "internal/sheet/sheet.go", "package sheet\nimport \"encoding/csv\"\nvar w = csv.NewWriter\n"),
		parse(t, "internal/report/x_test.go", "package x\nimport \"encoding/csv\"\nvar w = csv.NewWriter\n"),
	}), "internal/report/x.go:4")
}
