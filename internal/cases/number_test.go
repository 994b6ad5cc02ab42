package cases

import (
	"strconv"
	"testing"
)

func TestFormattedNumbersAreValid(t *testing.T) {
	t.Parallel()
	for seq := int64(100000); seq < 101000; seq++ {
		if n := FormatNumber(seq); !ValidNumber(n) {
			t.Errorf("FormatNumber(%d) = %s, which ValidNumber refuses", seq, n)
		}
	}
	if got := FormatNumber(572); got != "5724" { // the published example of Damm's scheme
		t.Errorf("FormatNumber(572) = %s, want 5724", got)
	}
}

func TestEverySingleWrongDigitAndEverySwapIsCaught(t *testing.T) {
	t.Parallel()
	for seq := int64(204000); seq < 204200; seq++ {
		n := FormatNumber(seq)
		for i := range n {
			for d := byte('0'); d <= '9'; d++ {
				if w := n[:i] + string(d) + n[i+1:]; w != n && ValidNumber(w) {
					t.Fatalf("%s with digit %d changed to %c passes", n, i, d)
				}
			}
			if i > 0 && n[i] != n[i-1] {
				if w := n[:i-1] + string(n[i]) + string(n[i-1]) + n[i+1:]; ValidNumber(w) {
					t.Fatalf("%s with digits %d and %d swapped passes", n, i-1, i)
				}
			}
		}
	}
}

func FuzzValidNumber(f *testing.F) {
	for _, s := range []string{"", "0", "5724", "05724", "5725", "１２３", "5724 ", "-5724", "99999999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !ValidNumber(s) {
			return
		}
		seq, err := strconv.ParseInt(s[:len(s)-1], 10, 64)
		if err != nil {
			t.Fatalf("%q passes and is no number: %v", s, err)
		}
		if FormatNumber(seq) != s {
			t.Fatalf("%q passes; formatting its sequence gives %q", s, FormatNumber(seq))
		}
	})
}
