package outbound

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"liaison/internal/errs"
)

// Hook is a receiver of signed calls, as Standard Webhooks describes them: the receiver knows a call by its id and
// refuses one whose signature or time does not fit.
type Hook struct {
	client *Client
	url    string
	secret []byte
}

const (
	secretMark = "whsec_"
	minSecret  = 24 // bytes
)

// NewHook checks address and secret. A secret that begins with whsec_ is base64 behind it; any other is taken as it is.
func NewHook(c *Client, address, secret string) (h *Hook, err error) {
	defer errs.Wrap(&err, "outbound.NewHook")
	if _, err := c.CheckURL(address); err != nil {
		return nil, err
	}
	key := []byte(secret)
	if text, ok := strings.CutPrefix(secret, secretMark); ok {
		if key, err = base64.StdEncoding.DecodeString(text); err != nil {
			return nil, errors.New("the secret of the web hook cannot be read: base64 is expected behind whsec_")
		}
	}
	if len(key) < minSecret {
		return nil, fmt.Errorf("the secret of the web hook is shorter than %d bytes", minSecret)
	}
	return &Hook{c, address, key}, nil
}

// Send makes one call. id is the same for each try of one event; at is the instant of the try. An error means that the
// receiver has not taken it: the same call may be made again.
func (h *Hook) Send(ctx context.Context, id string, at time.Time, body []byte) (err error) {
	defer errs.Wrap(&err, "Hook.Send(%s)", id)
	header := http.Header{}
	header.Set("Content-Type", "application/json")
	header.Set("User-Agent", "liaison")
	header.Set("Webhook-Id", id)
	header.Set("Webhook-Timestamp", strconv.FormatInt(at.Unix(), 10))
	header.Set("Webhook-Signature", Sign(h.secret, id, at, body))
	status, err := h.client.Post(ctx, h.url, header, body)
	if err == nil && (status < 200 || status > 299) {
		err = fmt.Errorf("the receiver answered %d", status)
	}
	return err
}

// Sign is the signature of a call: HMAC-SHA256 over id, time and body.
func Sign(secret []byte, id string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
