package blob

import (
	"bytes"

	"github.com/minio/sio"

	"liaison/internal/errs"
)

// Seal encrypts a small content in memory, as Put does a file: for what lies in a row beside what it belongs to, and not in
// a file of its own.
func Seal(key Key, plain []byte) (sealed []byte, err error) {
	defer errs.Wrap(&err, "blob.Seal(%s)", key.ID)
	config, err := key.config()
	if err != nil {
		return nil, err
	}
	size, err := sio.EncryptedSize(uint64(len(plain)))
	if err != nil {
		return nil, err
	}
	out := bytes.NewBuffer(make([]byte, 0, size))
	_, err = sio.Encrypt(out, bytes.NewReader(plain), config)
	return out.Bytes(), err
}

// Unseal opens what Seal gave. It fails when the bytes were changed or the key is not theirs.
func Unseal(key Key, sealed []byte) (plain []byte, err error) {
	defer errs.Wrap(&err, "blob.Unseal(%s)", key.ID)
	config, err := key.config()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err = sio.Decrypt(&out, bytes.NewReader(sealed), config)
	return out.Bytes(), err
}
