package text

import (
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Country is the name of a country (ISO 3166 alpha-2) in the reader's language; the code itself when it has none.
func (f Formatter) Country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	if name := display.Regions(language.Make(string(f.Lang))).Name(region); name != "" {
		return name
	}
	return code
}
