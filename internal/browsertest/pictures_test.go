package browsertest

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// Where pictures are kept; nowhere unless it is said.
var (
	picturesDir = flag.String("pictures", "", "folder for the pictures of the documentation")
	looksDir    = flag.String("looks", "", "folder for pictures of all kinds of pages, to look at")
)

// picture is one look at a page.
type picture struct {
	name, who, path string
	theme           string
	phone           bool
}

// documented are the pictures of the README.
func documented() []picture {
	return []picture{
		{"desk", "sofia.lindqvist", "/desk/{own}?lang=en", "light", false},
		{"portal", "oliver.hartwell", "/cases/{number}?lang=en", "light", false},
	}
}

// looks are pages as people with other languages, themes and machines see them.
func looks() []picture {
	return []picture{
		{"desk-zh", "lin.wei", "/desk/{number}?lang=zh-Hans", "light", false},
		{"desk-zh-dark", "lin.wei", "/desk/{number}?lang=zh-Hans", "dark", false},
		{"desk-phone", "lin.wei", "/desk?lang=zh-Hans", "light", true},
		{"desk-case-phone", "sofia.lindqvist", "/desk/{number}?lang=en", "dark", true},
		{"desk-list", "sofia.lindqvist", "/desk?view=list&lang=en", "light", false},
		{"desk-search", "sofia.lindqvist", "/desk/search?q=server&lang=en", "light", false},
		{"desk-customer", "sofia.lindqvist", "/desk/customers/nordwind?lang=en", "light", false},
		{"desk-call", "sofia.lindqvist", "/desk/new?q=nordwind&lang=en", "light", false},
		{"desk-clocks", "sofia.lindqvist", "/desk/cases/{number}/clocks?lang=en", "light", false},
		{"home", "chen.li", "/?lang=zh-Hans", "light", false},
		{"home-phone", "oliver.hartwell", "/?lang=en", "dark", true},
		{"cases", "chen.li", "/cases?tab=all&lang=zh-Hans", "light", false},
		{"cases-phone", "chen.li", "/cases?tab=all&lang=zh-Hans", "light", true},
		{"file", "oliver.hartwell", "/cases/new?lang=en", "light", false},
		{"file-zh-dark", "chen.li", "/cases/new?lang=zh-Hans", "dark", false},
		{"file-phone", "chen.li", "/cases/new?lang=zh-Hans", "light", true},
		{"case-zh", "chen.li", "/cases/{number}?lang=zh-Hans", "light", false},
		{"case-phone", "oliver.hartwell", "/cases/{number}?lang=en", "dark", true},
		{"clocks", "oliver.hartwell", "/cases/{number}/clocks?lang=en", "light", false},
		{"contact", "oliver.hartwell", "/contact?lang=en", "light", false},
		{"policy", "chen.li", "/policy?lang=zh-Hans", "light", false},
		{"account", "oliver.hartwell", "/account?lang=en", "light", false},
		{"guest", "robin.ashdown", "/?lang=en", "light", false},
		{"sign-in", "", "/sign-in?lang=zh-Hans", "dark", false},
		{"refused", "walter.boone", "/cases/new?lang=en", "light", false},
	}
}

// takePictures takes the pictures of the documentation, and further ones where a folder for them is named.
func (s *stage) takePictures(t *testing.T) {
	to := *picturesDir
	if to == "" {
		to = t.TempDir()
	}
	for _, p := range documented() {
		s.take(t, p, to)
	}
	if *looksDir != "" {
		for _, p := range looks() {
			s.take(t, p, *looksDir)
		}
	}
}

func (s *stage) take(t *testing.T, p picture, to string) {
	t.Helper()
	v := visitor{}
	if p.who != "" {
		v.person = s.by(t, p.who)
	}
	s.equip(t, &v)
	w := s.window(t, v.person)
	w.theme(p.theme)
	if p.phone {
		w.size(390, 844)
	}
	w.visit(v.values.Replace(p.path))
	ask[bool](w, `document.fonts.ready.then(() => true)`)
	image := run(w, chromedp.CaptureScreenshot())
	if len(image) < 10<<10 {
		t.Errorf("the picture %s has only %d bytes: is the page empty?", p.name, len(image))
	}
	if err := os.WriteFile(filepath.Join(to, p.name+".png"), image, 0o644); err != nil {
		t.Fatal(err)
	}
}
