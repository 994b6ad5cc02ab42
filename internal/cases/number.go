package cases

import "strconv"

// A case number is a sequence number followed by one check digit of Damm's scheme, which catches every single wrong
// digit and every swap of two neighbours: what goes wrong on the phone (R3.2-03). Numbers are never reused, and
// knowing one gives no access.

// damm is the quasigroup of order 10 from H. M. Damm's thesis (2004).
const damm = "0317598642" + "7092154863" + "4206871359" + "1750983426" + "6123045978" +
	"3674209581" + "5869720134" + "8945362017" + "9438617205" + "2581436790"

// maxNumber is the longest number accepted: 18 digits fit an int64 with room.
const maxNumber = 18

// firstNumber is where the sequence of an installation begins: every number has seven digits from the first day on, so
// that nobody takes one for a year or a port.
const firstNumber = 200_000

// FormatNumber appends the check digit to a sequence number.
func FormatNumber(seq int64) string {
	s := strconv.FormatInt(seq, 10)
	return s + string(rune('0'+checksum(s)))
}

// ValidNumber reports whether s is a well-formed case number. A wrong one is answered like one that does not exist.
func ValidNumber(s string) bool {
	if len(s) < 2 || len(s) > maxNumber || s[0] == '0' {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return checksum(s) == 0
}

func checksum(digits string) int {
	c := 0
	for i := range len(digits) {
		c = int(damm[c*10+int(digits[i]-'0')] - '0')
	}
	return c
}
