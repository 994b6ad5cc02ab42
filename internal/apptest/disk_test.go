package apptest_test

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"liaison/internal/apptest"
	"liaison/internal/db"
	"liaison/internal/db/disktest"
)

// R3, on SQLite, where the files are ours: a disk that is full, read-only or failing its syncs. 6 + 6 + 8 runs: the
// fault begins at another write each time.
func TestADiskThatFailsLosesNothingAndSaysSo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		kind   disktest.Kind
		code   int32
		status int
		runs   int
		ends   bool // the process has to end
	}{
		{"full", disktest.Wrote, disktest.Full, http.StatusInsufficientStorage, 6, false},
		{"read-only", disktest.Wrote, disktest.ReadOnly, http.StatusServiceUnavailable, 6, false},
		{"failing syncs", disktest.Synced, disktest.FailFsync, http.StatusServiceUnavailable, 8, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			disk := disktest.Watch(t, filepath.Dir(t.TempDir()), false)
			w := apptest.Open(t, db.SQLite)
			var ended atomic.Int64
			w.App.Lost = func(error) { ended.Add(1) }
			liaison := w.As("chen.li")
			system := w.System(*w.Person("chen.li").Customer)
			post := func() apptest.Answer { return liaison.Post("/api/v1/cases", apptest.NewCase(system, "P3")) }
			var made []string
			for run := range c.runs {
				made = append(made, apptest.Is[apptest.Case](t, post(), http.StatusCreated).Number)
				var seen int
				disk.Fail(func(op disktest.Op) int32 {
					if op.Kind != c.kind {
						return disktest.Fine
					}
					if seen++; seen <= run%3 { // the first ones go well
						return disktest.Fine
					}
					return c.code
				})
				before := w.Count(`SELECT count(*) FROM support_case`)
				failed := post()
				for failed.Status == http.StatusCreated { // it took fewer writes than went well
					made = append(made, apptest.Is[apptest.Case](t, failed, http.StatusCreated).Number)
					before++
					failed = post()
				}
				if failed.Status != c.status || !strings.Contains(failed.Header.Get("Content-Type"), "application/problem+json") {
					t.Errorf("run %d: %d %s", run, failed.Status, failed.Body)
				}
				if got := liaison.Get("/api/v1/cases/" + made[0]); got.Status != http.StatusOK {
					t.Errorf("run %d: reading a case: %d", run, got.Status)
				}
				disk.Fail(nil)
				if !c.ends && w.Count(`SELECT count(*) FROM support_case`) != before {
					t.Errorf("run %d: a case that was refused is there", run)
				}
			}
			if (ended.Load() > 0) != c.ends {
				t.Errorf("the program was told to end %d times", ended.Load())
			}
			made = append(made, apptest.Is[apptest.Case](t, post(), http.StatusCreated).Number)
			for _, number := range made {
				if got := liaison.Get("/api/v1/cases/" + number); got.Status != http.StatusOK {
					t.Errorf("case %s was acknowledged: %d", number, got.Status)
				}
			}
			if damage, err := w.App.DB.Integrity(context.Background()); err != nil || len(damage) > 0 {
				t.Error(damage, err)
			}
		})
	}
}
