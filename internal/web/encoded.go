package web

import (
	"bufio"
	"errors"
	"io"
	"net/http"

	"liaison/internal/errs"
)

// encoded reads a form without files (application/x-www-form-urlencoded) as it arrives. The library's reader holds the
// whole body before it looks at it, and keeps nothing of one that is too long. What stands behind the limit of the body is
// lost; the entry that it cuts is Invalid by its name, like any that is too long.
func (in *reading) encoded(body io.Reader) error {
	src := encodedText{bufio.NewReader(body)}
	for range maxEntries {
		name, over, end, err := src.next(maxEntryName, '=')
		if err != nil || over {
			return brokenForm(err)
		}
		var value []byte
		var cut error
		if end == '=' {
			if value, over, end, cut = src.next(in.most(), '&'); cut != nil {
				if _, ok := errors.AsType[*http.MaxBytesError](cut); !ok {
					return brokenForm(cut)
				}
				over, end = true, 0
			}
		}
		if len(name) > 0 {
			if err := in.whole(string(name), value, over); err != nil {
				return err
			}
		}
		if end == 0 {
			return nil
		}
	}
	return errs.New(errs.TooLarge, "error.too_large")
}

// whole is add for an entry that the limit of the body may have cut, however short it is.
func (in *reading) whole(name string, value []byte, over bool) error {
	if over {
		in.left = min(in.left, int64(len(value))-1)
	}
	return in.add(name, value, over)
}

// encodedText reads names and values out of a form.
type encodedText struct{ *bufio.Reader }

// next decodes up to the end of the entry, to the first '=' where that ends it, or to the end of the form, for which end
// is 0. It keeps no more than most bytes; over says that there were more.
func (t encodedText) next(most int64, ends byte) (b []byte, over bool, end byte, err error) {
	for {
		c, err := t.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return b, over, 0, nil
		case err != nil:
			return b, over, 0, err
		case c == '&' || c == ends:
			return b, over, c, nil
		case c == '+':
			c = ' '
		case c == '%':
			if c, err = t.hex(); err != nil {
				return b, over, 0, err
			}
		}
		if int64(len(b)) < most {
			b = append(b, c)
		} else {
			over = true
		}
	}
}

// errNotHex is what a percent sign stands before that no program wrote.
var errNotHex = errors.New("a percent sign without two hexadecimal digits")

func (t encodedText) hex() (c byte, err error) {
	for range 2 {
		d, err := t.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return 0, errNotHex
		case err != nil:
			return 0, err
		case '0' <= d && d <= '9':
			c = c<<4 | (d - '0')
		case 'a' <= d|0x20 && d|0x20 <= 'f':
			c = c<<4 | (d | 0x20 - 'a' + 10)
		default:
			return 0, errNotHex
		}
	}
	return c, nil
}
