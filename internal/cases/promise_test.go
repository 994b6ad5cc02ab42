package cases_test

import "testing"

// The promise box says in which language support works outside regional hours where it does so at all: never for a plan
// that ends with the centre's hours (A.2, RA-07).
func TestThePromiseNamesALanguageOnlyWhereThereIsWorkOutsideTheHours(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.at("2026-11-20T10:00:00-05:00") // a Friday
		shops := map[string]shop{}
		for _, plan := range []string{"standard", "extended", "premier", "elite"} {
			shops[plan] = w.shop(shopSpec{key: plan, country: "US", plan: plan})
		}
		shops["cloud"] = w.shop(shopSpec{key: "cloud", country: "US", plan: "standard", deployment: "cloud"})
		for _, tt := range []struct {
			at, who  string
			priority int
			want     string
		}{
			{"2026-11-21T03:00:00-05:00", "standard", 1, ""}, {"2026-11-21T03:00:00-05:00", "extended", 1, "en"},
			{"2026-11-21T03:00:00-05:00", "premier", 2, "en"}, {"2026-11-21T03:00:00-05:00", "elite", 1, "en"},
			{"2026-11-21T03:00:00-05:00", "elite", 3, ""}, {"2026-11-21T03:00:00-05:00", "cloud", 1, ""},
			{"2026-11-23T10:00:00-05:00", "elite", 1, ""},
		} {
			w.at(tt.at)
			s := shops[tt.who]
			got, err := w.Promise(t.Context(), s.liaison, s.system, "production", "", "", tt.priority)
			if err != nil || !got.Decision.Allowed || got.Language != tt.want {
				t.Errorf("%s, P%d at %s: %q, %+v, %v", tt.who, tt.priority, tt.at, got.Language, got.Decision, err)
			}
		}
	})
}
