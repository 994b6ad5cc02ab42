package statements

import "testing"

func TestAShareIsRoundedAndNeverReadsAsAll(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		part, n int
		want    string
	}{{4, 6, "66.7 %"}, {2, 6, "33.3 %"}, {1, 2, "50 %"}, {6, 6, "100 %"}, {0, 6, "0 %"}, {9999, 10000, "99.9 %"}, {1, 10000, "0.1 %"}, {1, 16, "6.3 %"}} {
		if got := share(c.part, c.n); got != c.want {
			t.Errorf("%d of %d: %s, want %s", c.part, c.n, got, c.want)
		}
	}
}
