package report

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"

	"liaison/internal/errs"
)

// Signed is a statement as it is handed out.
type Signed struct {
	Statement json.RawMessage `json:"statement"`
	Key       string          `json:"publicKey" doc:"Ed25519, base64"`
	Signature string          `json:"signature" doc:"of the bytes of statement, base64"`
}

// seal signs the bytes of a statement and gives the file.
func seal(statement []byte, key ed25519.PrivateKey) ([]byte, error) {
	public, _ := key.Public().(ed25519.PublicKey)
	return fileOf(statement, public, ed25519.Sign(key, statement))
}

// fileOf gives the file of a signed statement: its only form.
func fileOf(statement []byte, public ed25519.PublicKey, signature []byte) ([]byte, error) {
	b, err := json.Marshal(Signed{Statement: statement, Key: base64.StdEncoding.EncodeToString(public),
		Signature: base64.StdEncoding.EncodeToString(signature)})
	return append(b, '\n'), err
}

// Verified is what a check of a file found.
type Verified struct {
	Statement Statement
	Key       string // base64 of the public key that it is signed with
}

// Verify checks the file of a statement without the installation: the signature fits its bytes, there is nothing in the
// file but what was signed, and computing it again from the facts and the policy in it gives the same bytes. The caller
// compares the key with the installation's. Errors: statement.bad_file, statement.bad_signature, statement.added,
// statement.edition_differs, statement.differs.
func Verify(file []byte) (v Verified, err error) {
	defer errs.Wrap(&err, "report.Verify")
	var e Signed
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return v, errs.New(errs.Invalid, "statement.bad_file") // what the decoder says of it helps nobody who was sent the file
	}
	key, err := base64.StdEncoding.DecodeString(e.Key)
	signature, err2 := base64.StdEncoding.DecodeString(e.Signature)
	if err != nil || err2 != nil || len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, e.Statement, signature) {
		return v, errs.New(errs.Invalid, "statement.bad_signature")
	}
	// Only a file in the one form that seal gives says what its signature covers: a reader of another one may take a second
	// "statement", one in capitals or a text after the end for what was signed.
	if form, err := fileOf(e.Statement, key, signature); err != nil || !bytes.Equal(form, file) {
		return v, errs.New(errs.Invalid, "statement.added", "at", firstDifference(form, file))
	}
	var in Inputs
	if err := json.Unmarshal(e.Statement, &in); err != nil || !known(in.Format) {
		return v, errs.New(errs.Invalid, "statement.bad_file")
	}
	if v.Statement, err = Compute(in); err != nil {
		return v, err
	}
	again, err := encode(v.Statement)
	if err != nil {
		return v, err
	}
	if !bytes.Equal(again, e.Statement) {
		return v, errs.New(errs.Invalid, "statement.differs", "at", firstDifference(again, e.Statement))
	}
	v.Key = e.Key
	return v, nil
}

// firstDifference is the offset of the first byte that is not the same.
func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}
