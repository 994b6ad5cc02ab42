// Package report tells what was promised and kept: the monthly service statement of a customer. It reads only, and owns
// no table.
//
// A statement holds everything that it was computed from, the clock facts of each case and the files of the editions of
// the policy, so that anybody can compute it again without the installation and get the same bytes. It is signed with the
// installation's key. It holds no name of a person and no text that people wrote.
package report
