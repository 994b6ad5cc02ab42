package dbtest

import (
	"strings"
	"testing"
)

// NewTemplate is a migrated database that lives as long as the server, for a caller that fills it once and has it
// copied for each test: the URLs of its owner and of the application. Nobody may be connected when it is copied.
func NewTemplate(name string) (owner, app string, err error) {
	s, err := cluster()
	if err != nil {
		return "", "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name = "tmpl_" + strings.ToLower(name)
	if err := s.copy(name, template); err != nil {
		return "", "", err
	}
	owner = database(s.admin, name)
	return owner, withUser(owner, appRole), nil
}

// CopyTemplate gives a test its own copy of what NewTemplate made, as the URL of the application.
func CopyTemplate(t testing.TB, name string) (app string) {
	t.Helper()
	return withUser(running(t).create(t, "tmpl_"+strings.ToLower(name)), appRole)
}
