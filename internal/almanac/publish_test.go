package almanac_test

import (
	"testing"

	"liaison/internal/almanac"
)

func TestAnEditionFollowsByItsName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"2025-02": "2025-02.1", "2025-02.1": "2025-02.2", "2025-02.9": "2025-02.10", "v1.x": "v1.x.1", "3.0": "3.0.1", ".1": ".1.1"} {
		if got := almanac.After(name); got != want {
			t.Errorf("%s is followed by %s, want %s", name, got, want)
		}
	}
}
