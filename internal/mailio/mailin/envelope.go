package mailin

import (
	"bufio"
	"bytes"
	"net/textproto"
	"strings"

	"liaison/internal/mailmsg"
)

// returnPath is the envelope's sender as the server that delivered a polled mail has noted it down; where it says
// nothing, the mail is taken to have one.
func returnPath(raw []byte) string {
	h := fields(raw)
	v := strings.TrimSpace(h.Get("Return-Path"))
	if v == "" {
		return "unknown"
	}
	return strings.Trim(v, "<> ")
}

// deliveredTo are the envelope's recipients as far as that server tells.
func deliveredTo(raw []byte) (out []string) {
	h := fields(raw)
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To"} {
		for _, v := range h.Values(name) {
			if norm, ok := mailmsg.Normalise(strings.Trim(strings.TrimSpace(v), "<>")); ok && len(out) < 20 {
				out = append(out, norm)
			}
		}
	}
	return out
}

func fields(raw []byte) textproto.MIMEHeader {
	h, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(head(raw)))).ReadMIMEHeader()
	if err != nil {
		return textproto.MIMEHeader{}
	}
	return h
}
