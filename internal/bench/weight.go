package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"path"
	"regexp"
	"strings"
)

// weight is what a page costs to load, in bytes of bodies as they are transferred.
type weight struct {
	page   int // the HTML alone: what the next page costs, since assets are kept for ever
	assets int // style sheets, scripts, icons, and the fonts that the style sheets name
}

var (
	assetInPage  = regexp.MustCompile(`(?:href|src)="(/static/[^"#]+)`)
	assetInStyle = regexp.MustCompile(`url\("?([^)"]+\.woff2)"?\)`)
)

// weigh loads a page as a browser with an empty cache would.
func (c *client) weigh(ctx context.Context, token, page string) (w weight, err error) {
	html, size, err := c.fetch(ctx, token, page)
	if err != nil {
		return w, err
	}
	w.page = size
	seen := map[string]bool{}
	var todo []string
	for _, m := range assetInPage.FindAllStringSubmatch(string(html), -1) {
		todo = append(todo, m[1])
	}
	for len(todo) > 0 {
		asset := todo[0]
		todo = todo[1:]
		if seen[asset] {
			continue
		}
		seen[asset] = true
		body, size, err := c.fetch(ctx, "", asset)
		if err != nil {
			return w, err
		}
		w.assets += size
		if strings.HasSuffix(asset, ".css") {
			for _, m := range assetInStyle.FindAllStringSubmatch(string(body), -1) {
				todo = append(todo, path.Join(path.Dir(asset), m[1]))
			}
		}
	}
	return w, nil
}

// fromBrowser are the headers with which pages are compressed: a browser's whose person typed the address.
func fromBrowser() map[string]string {
	return map[string]string{"Accept-Encoding": "gzip", "Sec-Fetch-Site": "none"}
}

// fetch gives a body as it reads, and its size as it was transferred.
func (c *client) fetch(ctx context.Context, token, path string) (body []byte, size int, err error) {
	b, header, err := c.do(ctx, request{method: http.MethodGet, path: path, token: token, want: http.StatusOK,
		header: fromBrowser()})
	if err != nil || header.Get("Content-Encoding") == "" {
		return b, len(b), err
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", path, err)
	}
	plain, err := io.ReadAll(z)
	return plain, len(b), err
}
