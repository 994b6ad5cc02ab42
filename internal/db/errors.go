package db

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"liaison/internal/errs"
)

// translate gives the failures of an engine that people must be told about their kind and key; the engine's own
// words stay in the chain, for the log.
func translate(err error) error {
	if err == nil {
		return nil
	}
	var known *errs.Error
	if errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	switch engineFailure(err) {
	case diskFull:
		return errs.Because(errs.NoSpace, "error.disk_full", err)
	case locked:
		return errs.Because(errs.Unavailable, "error.database_locked", err)
	case readOnly:
		return errs.Because(errs.Unavailable, "error.database_readonly", err)
	case unreachable:
		return errs.Because(errs.Unavailable, "error.database_unreachable", err)
	case otherFailure: // nothing that people could do something about
	}
	return err
}

type failure int

const (
	otherFailure failure = iota
	diskFull
	locked
	readOnly
	unreachable
)

func engineFailure(err error) failure {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return postgresFailure(pg.Code)
	}
	if code, ok := sqliteCode(err); ok {
		return sqliteFailure(code)
	}
	var connect *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return unreachable
	}
	return otherFailure
}

// postgresFailure reads an SQLSTATE.
func postgresFailure(code string) failure {
	switch code {
	case "53100":
		return diskFull
	case "55P03", "40001", "40P01": // the last two: after all attempts
		return locked
	case "25006":
		return readOnly
	case "53300", "57P01", "57P02", "57P03", "28P01", "28000", "3D000": // too many, stopping, starting, wrong login or name
		return unreachable
	}
	if code[:2] == "08" {
		return unreachable
	}
	return otherFailure
}

// sqliteCode is the extended result code of an error of the SQLite driver.
func sqliteCode(err error) (int, bool) {
	var e interface{ Code() int }
	if errors.As(err, &e) {
		return e.Code(), true
	}
	return 0, false
}

func sqliteFailure(code int) failure {
	switch code & 0xff {
	case 13:
		return diskFull
	case 5, 6: // busy, locked
		return locked
	case 8:
		return readOnly
	case 10, 11, 14, 26: // I/O, corrupt, cannot open, not a database
		return unreachable
	}
	return otherFailure
}

// syncFailed reports whether the disk has failed to make something durable: SQLITE_IOERR_FSYNC, _DIR_FSYNC.
func syncFailed(err error) bool {
	code, _ := sqliteCode(err)
	return code == 10|4<<8 || code == 10|5<<8
}

// IsUnique reports whether err is the violation of a unique or primary key.
func IsUnique(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "23505"
	}
	code, _ := sqliteCode(err)
	return code == 2067 || code == 1555
}

// IsUniqueOf is IsUnique for the keys of one table.
func IsUniqueOf(err error, table string) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "23505" && pg.TableName == table
	}
	return IsUnique(err) && strings.Contains(err.Error(), "constraint failed: "+table+".")
}
