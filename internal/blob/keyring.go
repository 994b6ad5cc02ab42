package blob

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/minio/sio"

	"liaison/internal/errs"
	"liaison/internal/id"
)

const (
	keyBytes   = 32
	keyFileTag = "liaison-key-1:" // names the form of the key file, so that another form can follow
)

// DataKey is the secret that the files of one customer are encrypted under. It prints as "[data key]".
type DataKey struct{ secret [keyBytes]byte }

// String keeps the secret out of logs.
func (DataKey) String() string { return "[data key]" }

// GoString keeps the secret out of logs that use %#v.
func (DataKey) GoString() string { return "[data key]" }

// config is the encryption of one file: its key follows from the data key and the id, and is used for no other.
func (k Key) config() (sio.Config, error) {
	if k.Data == (DataKey{}) || k.ID.IsZero() {
		return sio.Config{}, errors.New("blob: a file needs an id and a data key")
	}
	secret, err := hkdf.Key(sha256.New, k.Data.secret[:], k.ID[:], "liaison file", keyBytes)
	return sio.Config{MinVersion: sio.Version20, Key: secret}, err
}

// Keyring holds the installation's root key, which wraps the data keys of the customers.
type Keyring struct {
	root [keyBytes]byte
	aead cipher.AEAD
}

// OpenKeyring reads the installation's key from path. When the file is missing it makes a new key, readable by
// its owner only: for an installation that has none yet.
func OpenKeyring(path string) (k *Keyring, err error) {
	defer errs.Wrap(&err, "blob.OpenKeyring(%s)", path)
	k, err = readKeyring(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	if err = createKeyFile(path); err != nil {
		return nil, storageError(err)
	}
	return readKeyring(path)
}

// ReadKeyring is OpenKeyring that makes no key: a missing file is fs.ErrNotExist.
func ReadKeyring(path string) (k *Keyring, err error) {
	defer errs.Wrap(&err, "blob.ReadKeyring(%s)", path)
	return readKeyring(path)
}

func readKeyring(path string) (*Keyring, error) {
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, err
	case err != nil:
		return nil, storageError(err)
	}
	encoded, ok := strings.CutPrefix(strings.TrimSpace(string(text)), keyFileTag)
	root, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || !ok || len(root) != keyBytes {
		return nil, fmt.Errorf("the file holds no installation key: it must read %s and %d bytes in base 64", keyFileTag, keyBytes)
	}
	return newKeyring([keyBytes]byte(root))
}

func newKeyring(root [keyBytes]byte) (*Keyring, error) {
	secret, err := hkdf.Key(sha256.New, root[:], nil, "liaison wrap", keyBytes)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return &Keyring{root: root, aead: aead}, err
}

// createKeyFile writes a new key under another name and links it: of two processes that start at once one wins,
// and nobody reads half a key.
func createKeyFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	var root [keyBytes]byte
	rand.Read(root[:])
	f, err := os.CreateTemp(filepath.Dir(path), "key-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // best effort: the key is read from path only
	_, err = f.WriteString(keyFileTag + base64.StdEncoding.EncodeToString(root[:]) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// ID is a public name of the installation's key, 16 hex digits: stored with the database, it tells at the start
// whether the key file belongs to it.
func (k *Keyring) ID() string {
	sum := sha256.Sum256(append([]byte("liaison key id"), k.root[:]...))
	return hex.EncodeToString(sum[:8])
}

// Installation is the data key of files that belong to no customer yet.
func (k *Keyring) Installation() (DataKey, error) {
	secret, err := hkdf.Key(sha256.New, k.root[:], nil, "liaison installation files", keyBytes)
	if err != nil {
		return DataKey{}, err
	}
	return DataKey{[keyBytes]byte(secret)}, nil
}

// NewDataKey makes the data key of a new customer and gives it wrapped, as it is stored.
func (k *Keyring) NewDataKey(customer id.ID) (wrapped []byte) {
	var key DataKey
	rand.Read(key.secret[:])
	return k.Wrap(customer, key)
}

// Wrap encrypts a data key for storing. It opens for the same customer only.
func (k *Keyring) Wrap(customer id.ID, key DataKey) []byte {
	return k.aead.Seal(nil, nil, key.secret[:], customer[:]) //nolint:gosec // the cipher draws the nonce itself
}

// Unwrap opens what Wrap gave. It fails for another customer, another installation, and changed bytes.
func (k *Keyring) Unwrap(customer id.ID, wrapped []byte) (DataKey, error) {
	secret, err := k.aead.Open(nil, nil, wrapped, customer[:])
	if err != nil || len(secret) != keyBytes {
		return DataKey{}, fmt.Errorf("blob: the data key of customer %s does not open with this installation's key", customer)
	}
	return DataKey{[keyBytes]byte(secret)}, nil
}

// Secret derives a secret of 32 bytes for one purpose from the installation's key: it is stored nowhere and is the
// same at every start.
func (k *Keyring) Secret(purpose string) ([]byte, error) {
	return hkdf.Key(sha256.New, k.root[:], nil, "liaison secret: "+purpose, keyBytes)
}
