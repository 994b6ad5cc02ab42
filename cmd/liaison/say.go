package main

import (
	"strconv"
	"time"

	"liaison/internal/text"
)

// some counts in words: "1 case", "2 cases".
func some(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

// shift says how much earlier or later something is due: "1d 16h earlier"; "" where one of the two is not known.
func shift(before, after time.Time) string {
	if before.IsZero() || after.IsZero() {
		return ""
	}
	by := text.Formatter{Lang: text.English}.Duration(after.Sub(before))
	switch after.Compare(before) {
	case 0:
		return "no change"
	case -1:
		return by + " earlier"
	default:
		return by + " later"
	}
}
