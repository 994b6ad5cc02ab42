package blob

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"liaison/internal/id"
)

func TestTheKeyFileIsMadeOnceAndForTheOwnerOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys", "installation.key")
	ids := make([]string, 8)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			ring, err := OpenKeyring(path)
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = ring.ID()
		})
	}
	all.Wait()
	for _, got := range ids {
		if got != ids[0] || len(got) != 16 {
			t.Errorf("keys differ: %v", ids)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("%d files beside the key", len(entries)-1)
	}
}

func TestADamagedKeyFileIsNotReplaced(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "installation.key")
	for _, text := range []string{"", "liaison-key-1:", "liaison-key-1:QUJD", "liaison-key-2:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenKeyring(path); err == nil {
			t.Errorf("%q is taken as a key", text)
		}
	}
}

func TestADataKeyOpensForItsCustomerAndInstallationOnly(t *testing.T) {
	t.Parallel()
	_, ring := open(t)
	_, foreign := open(t)
	customer := id.New()
	wrapped := ring.NewDataKey(customer)
	key, err := ring.Unwrap(customer, wrapped)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ring.Unwrap(customer, ring.Wrap(customer, key))
	if err != nil || again != key {
		t.Errorf("wrapped again: %v", err)
	}
	if _, err := ring.Unwrap(id.New(), wrapped); err == nil {
		t.Error("opens for another customer")
	}
	if _, err := foreign.Unwrap(customer, wrapped); err == nil {
		t.Error("opens in another installation")
	}
	wrapped[len(wrapped)-1] ^= 1
	if _, err := ring.Unwrap(customer, wrapped); err == nil {
		t.Error("opens after a change")
	}
	if s := fmt.Sprintf("%v %+v %#v %s", key, key, Key{Data: key}, key); s == "" || len(s) > 200 {
		t.Errorf("the key prints: %s", s)
	}
}
