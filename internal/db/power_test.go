package db_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"liaison/internal/db"
	"liaison/internal/db/disktest"
)

// A unit is what one commit writes: rows that are there together or not at all.
const (
	unitRows = 3
	units    = 1200
	writers  = 8
)

// cuts is how many power cuts are played: CUTS, or what fits the tests.
func cuts(t testing.TB) int {
	n, err := strconv.Atoi(os.Getenv("CUTS"))
	if err != nil {
		return 300
	}
	return n
}

// load writes units from several goroutines; disk notes down each one whose commit was acknowledged.
func load(t testing.TB, disk *disktest.Disk, commit func(unit int) error) []disktest.Op {
	t.Helper()
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for u := w; u < units; u += writers {
				if err := commit(u); err != nil {
					t.Error(err)
					return
				}
				disk.Ack(u)
			}
		})
	}
	wg.Wait()
	return slices.Clone(disk.Ops())
}

func rowName(unit, row int) string { return fmt.Sprintf("unit-%d-%d", unit, row) }

// padding makes a unit some pages long, so that writes can be torn and checkpoints happen.
func padding(unit int) string { return strings.Repeat(strconv.Itoa(unit)+" ", 400) }

// R2: what was acknowledged survives every power cut, and no unit is there in part.
func TestNothingAcknowledgedIsLostInAPowerCut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disk := disktest.Watch(t, dir, true)
	ctx := context.Background()
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(dir, "power.db"), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if err := d.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	start := len(disk.Ops())
	ops := load(t, disk, func(u int) error {
		return d.Update(ctx, db.ForSystem("test"), func(tx *db.Tx) error {
			for row := range unitRows {
				if err := tx.Buffer("INSERT INTO setting (name, value) VALUES ($1, $2)", rowName(u, row), padding(u)); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if !slices.ContainsFunc(ops[start:], func(op disktest.Op) bool { return op.Kind == disktest.Synced && op.File == "power.db" }) {
		t.Error("no checkpoint happened: the cuts miss half of the matter")
	}
	if lost, broken := playCuts(t, ops, start, cuts(t)); lost > 0 || broken > 0 {
		t.Errorf("%d acknowledged commits lost, %d units in part", lost, broken)
	}
}

// The control: with synchronous=NORMAL the same run must lose something, or the cuts prove nothing.
func TestThePowerCutsFindACommitThatIsNotSynced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disk := disktest.Watch(t, dir, true)
	pool, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "power.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	pool.SetMaxOpenConns(1)
	if _, err := pool.Exec("CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL)"); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	start := len(disk.Ops())
	ops := load(t, disk, func(u int) error {
		tx, err := pool.Begin()
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }() // after a commit: nothing to do
		for row := range unitRows {
			if _, err := tx.Exec("INSERT INTO setting (name, value) VALUES (?, ?)", rowName(u, row), padding(u)); err != nil {
				return err
			}
		}
		return tx.Commit()
	})
	if lost, _ := playCuts(t, ops, start, 30); lost == 0 {
		t.Error("no commit was lost without syncs: the cuts are too gentle")
	}
}

// playCuts cuts the power at n points after start and counts what is missing then.
func playCuts(t testing.TB, ops []disktest.Op, start, n int) (lost, broken int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	points := make([]int, n)
	for i := range points {
		points[i] = start + rng.IntN(len(ops)-start+1)
	}
	slices.Sort(points)
	power := disktest.NewPower(ops)
	for _, k := range points {
		dir := t.TempDir()
		acked, err := power.CutAt(k, rng, dir)
		if err != nil {
			t.Fatal(err)
		}
		found := survivors(t, filepath.Join(dir, "power.db"))
		for _, u := range acked {
			if found[u] == 0 {
				lost++
			}
		}
		for _, rows := range found {
			if rows != unitRows {
				broken++
			}
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	return lost, broken
}

// survivors opens what a cut has left, checks it as a whole and counts the rows of each unit.
func survivors(t testing.TB, path string) map[int]int {
	t.Helper()
	pool, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pool.Close() }()
	var verdict string
	if err := pool.QueryRow("PRAGMA quick_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Fatalf("after a power cut: %s %v", verdict, err)
	}
	rows, err := pool.Query("SELECT name, length(value) FROM setting WHERE name LIKE 'unit-%'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // Err tells what went wrong
	found := map[int]int{}
	for rows.Next() {
		var name string
		var length, unit, row int
		if err := rows.Scan(&name, &length); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscanf(name, "unit-%d-%d", &unit, &row); err != nil || length != len(padding(unit)) {
			t.Fatalf("%s has %d bytes: %v", name, length, err)
		}
		found[unit]++
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}
