package mailin

import (
	"context"
	"io"

	"github.com/emersion/go-msgauth/dkim"
)

// signatures looks through a mail as it passes by, when not all of it is kept: a signature is over the whole.
type signatures struct {
	in    *io.PipeWriter
	ends  byte // the last byte that was written
	found chan struct{}
	list  []*dkim.Verification
	err   error
}

// watch begins to look at the signatures of a mail that is written to what it gives.
func (v Verdicts) watch(ctx context.Context) *signatures {
	from, to := io.Pipe()
	s := &signatures{in: to, found: make(chan struct{})}
	go func() {
		defer close(s.found)
		s.list, s.err = verify(from, func(name string) ([]string, error) { return v.Resolver.LookupTXT(ctx, name) })
		_, _ = io.Copy(io.Discard, from) // what is not looked at passes by, until the writer ends it
	}()
	return s
}

// Write takes the next bytes, and gives every line the end that signatures are made over.
func (s *signatures) Write(p []byte) (n int, err error) {
	from := 0
	for i, b := range p {
		before := s.ends
		s.ends = b
		if b != '\n' || before == '\r' {
			continue
		}
		if _, err := s.in.Write(p[from:i]); err != nil {
			return from, err
		}
		if _, err := s.in.Write([]byte("\r\n")); err != nil {
			return from, err
		}
		from = i + 1
	}
	if _, err := s.in.Write(p[from:]); err != nil {
		return from, err
	}
	return len(p), nil
}

// end says that the mail has ended, or why there is no more of it.
func (s *signatures) end(why error) {
	_ = s.in.CloseWithError(why) // nil is its end; closing a pipe never fails
}

// result waits until the signatures were looked at.
func (s *signatures) result() ([]*dkim.Verification, error) {
	<-s.found
	return s.list, s.err
}

func verify(from io.Reader, lookup func(string) ([]string, error)) ([]*dkim.Verification, error) {
	return dkim.VerifyWithOptions(from, &dkim.VerifyOptions{LookupTXT: lookup, MaxVerifications: maxSignatures})
}
