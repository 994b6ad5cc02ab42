package mailmsg

import (
	"bytes"
	"crypto/sha256"
	"math"
	"mime"
	netmail "net/mail"
	"strconv"
	"strings"

	"github.com/jhillyerd/enmime/v2"
	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/text/encoding/charmap"
)

// Limits bound the work that one mail may cause, in counts, so that they hold on every machine.
type Limits struct {
	Head  int // bytes of the head
	Parts int // parts, at any depth
	Depth int // of parts within parts
	Text  int // bytes of text that are read; what is beyond stays in the original
	Files int // attachments

	policy *bluemonday.Policy // made once, since it costs more than most mails; nil makes one for each mail
}

// maxHead is the longest head that is read, in bytes.
const maxHead = 256 << 10

// SenderOf reads nothing but who wrote a mail; the zero Address when there is no single, sound one.
func SenderOf(raw []byte) Address {
	head, _ := splitHead(raw)
	if len(head) > maxHead {
		return Address{}
	}
	from, _ := sender(readHeader(head))
	return from
}

// DefaultLimits fit every mail that people send.
func DefaultLimits() Limits {
	return Limits{Head: maxHead, Parts: 300, Depth: 20, Text: 512 << 10, Files: 100, policy: mailPolicy()}
}

// Parse reads a mail. It never fails: what cannot be read or trusted is said by Trouble, and the rest is as far as it
// could be read.
func Parse(raw []byte, l Limits) (m Message) {
	defer func() {
		if recover() != nil { // a library met bytes that it does not bear: the mail waits for a person, and the others go on
			_, body := splitHead(raw)
			m = Message{Trouble: UnreadableBody, Nature: Human, BodyHash: sha256.Sum256(body)}
		}
	}()
	return parse(raw, l)
}

func parse(raw []byte, l Limits) (m Message) {
	head, body := splitHead(raw)
	m.BodyHash = sha256.Sum256(body)
	if len(head) > l.Head {
		m.Trouble, m.Nature = TooComplex, Human
		return m
	}
	h := readHeader(head)
	h.readAs(head, body)
	contentType, params := mediaType(h.get("content-type"))
	m.readHead(h, contentType, params)
	if tooComplex(head, body, l) {
		m.Trouble, m.Text = TooComplex, rough(body, l.Text)
		return m
	}
	// A charset is what the mail says; where it says none, toUTF8 knows what clients write. Guessing by letters takes short
	// Chinese texts for something else, and costs more than the rest of the reading: what names its charset is not even tried.
	root, err := enmime.NewParser(enmime.SkipMalformedParts(true), enmime.DisableCharacterDetection(true), enmime.MinCharsetDetectRunes(math.MaxInt),
		enmime.MaxStoredPartErrors(10)).ReadParts(bytes.NewReader(raw))
	if err != nil {
		if m.Trouble == "" {
			m.Trouble = UnreadableBody
		}
		return m
	}
	if root.FirstChild == nil && strings.HasPrefix(strings.ToLower(root.ContentType), "multipart/") {
		root.Content = body // its parts cannot be found: all of it is shown
	}
	r := reader{m: &m, limits: l}
	r.walk(root, 0)
	r.finish()
	return m
}

func (m *Message) readHead(h header, contentType string, params map[string]string) {
	m.From, m.Trouble = sender(h)
	m.Nature = nature(h, contentType, params)
	m.ByList = h.has("list-id") || h.has("list-post")
	if s := h.get("subject"); len(s) <= maxAddresses*4 {
		m.Subject = decodeWords(s)
	}
	if ids := messageIDs(h.all("message-id")); len(ids) > 0 {
		m.MessageID = ids[0]
	}
	m.InReplyTo, m.References = messageIDs(h.all("in-reply-to")), messageIDs(h.all("references"))
	m.Recipients = recipients(h)
	if v := h.get("date"); len(v) < 200 {
		m.Date, _ = netmail.ParseDate(v)
	}
}

func mediaType(v string) (string, map[string]string) {
	if len(v) > maxAddresses {
		return "", nil
	}
	t, params, err := mime.ParseMediaType(v)
	if err != nil {
		t, _, _ = strings.Cut(v, ";")
	}
	return strings.ToLower(strings.TrimSpace(t)), params
}

// reader collects what the parts of a mail hold.
type reader struct {
	m      *Message
	limits Limits
	parts  int
	plain  strings.Builder
	html   strings.Builder
	report []byte
	notes  []string // what stands for parts that are no text: an invitation
}

func (r *reader) walk(p *enmime.Part, depth int) {
	for ; p != nil; p = p.NextSibling {
		if r.parts++; r.parts > r.limits.Parts || depth > r.limits.Depth {
			r.m.Trouble = TooComplex
			return
		}
		if p.FirstChild != nil {
			r.walk(p.FirstChild, depth+1)
			continue
		}
		r.part(p)
	}
}

func (r *reader) part(p *enmime.Part) {
	kind := strings.ToLower(p.ContentType)
	if kind == "" {
		undeclared(p)
	}
	if name := extendedName(p.Header); name != "" { // the parser knows two charsets there
		p.FileName = name
	}
	attached := p.Disposition == "attachment" || p.FileName != ""
	if size := leftOut(p); size > 0 {
		r.left(fileOf(p, kind), size)
		return
	}
	switch {
	case kind == "message/delivery-status" || kind == "message/feedback-report":
		r.report = append(r.report, p.Content...)
	case r.isReport() && (kind == "message/rfc822" || kind == "text/rfc822-headers"):
		r.returned(p.Content)
	case kind == "application/ms-tnef" || strings.EqualFold(p.FileName, "winmail.dat"):
		r.tnef(p.Content)
	case kind == "text/calendar" && !attached:
		if r.m.Nature == Human && answersInvitation(p.Content) { // its program wrote it: a person has pressed a button
			r.m.Nature = Generated
		}
		r.notes = append(r.notes, calendarNote(p.Content)...)
		r.file(File{Name: "invite.ics", ContentType: kind, Body: p.Content})
	case strings.HasPrefix(kind, "multipart/"):
		appendText(&r.plain, textOf(p), r.limits.Text)
	case attached, !strings.HasPrefix(kind, "text/") && kind != "":
		r.file(fileOf(p, kind))
	case kind == "text/html":
		appendText(&r.html, textOf(p), r.limits.Text)
	default:
		text := textOf(p)
		if _, params := mediaType(p.Header.Get("Content-Type")); strings.EqualFold(params["format"], "flowed") {
			text = unflow(text, strings.EqualFold(params["delsp"], "yes"))
		}
		appendText(&r.plain, text, r.limits.Text)
	}
}

// undeclared reads the disposition of a part without a type, which the parser passes over: a file is no text.
func undeclared(p *enmime.Part) {
	disposition, params := mediaType(p.Header.Get("Content-Disposition"))
	p.Disposition, p.FileName = disposition, params["filename"]
}

func (r *reader) isReport() bool { return r.m.Nature == Bounce || r.m.Nature == Complaint }

// returned is our own mail, or its head, in a delivery report.
func (r *reader) returned(content []byte) {
	head, _ := splitHead(content)
	if len(head) > r.limits.Head {
		return
	}
	if ids := messageIDs(readHeader(head).all("message-id")); len(ids) > 0 {
		r.delivery().MessageID = ids[0]
	}
}

func (r *reader) delivery() *Delivery {
	if r.m.Delivery == nil {
		r.m.Delivery = &Delivery{}
	}
	return r.m.Delivery
}

func fileOf(p *enmime.Part, kind string) File {
	name := visible(toUTF8(decodeWords(p.FileName)))
	if name == "" {
		name = unnamed(kind)
	}
	if kind == "" {
		kind = "application/octet-stream"
	}
	return File{Name: name, ContentType: kind, ContentID: strings.Trim(p.ContentID, "<>"),
		Inline: p.Disposition == "inline" || p.ContentID != "" && p.Disposition != "attachment", Body: p.Content}
}

// leftOut is how many bytes a file had that a Thinner has left out; 0 for a part that is whole.
func leftOut(p *enmime.Part) int64 {
	size, err := strconv.ParseInt(p.Header.Get(leftOutField), 10, 64)
	if err != nil || size <= 0 || len(bytes.TrimSpace(p.Content)) > 0 {
		return 0
	}
	return size
}

func (r *reader) left(f File, size int64) {
	if len(r.m.Left) < r.limits.Files {
		r.m.Left = append(r.m.Left, LeftOut{Name: f.Name, ContentType: f.ContentType, Size: size})
	}
}

func unnamed(kind string) string {
	switch kind {
	case "message/rfc822":
		return "message.eml"
	case "application/pkcs7-signature", "application/x-pkcs7-signature":
		return "smime.p7s"
	case "application/pgp-signature":
		return "signature.asc"
	}
	_, sub, _ := strings.Cut(kind, "/")
	if sub = strings.Trim(sub, "."); sub == "" || strings.ContainsAny(sub, "/\\") {
		return "attachment"
	}
	return "attachment." + sub
}

func (r *reader) file(f File) {
	if len(r.m.Files) < r.limits.Files {
		r.m.Files = append(r.m.Files, f)
	}
}

// textOf is a part's text. The parser reads US-ASCII, which is also what a part without a charset gets, as Windows-1252;
// when there is more than ASCII in it, the bytes say better what they are.
func textOf(p *enmime.Part) string {
	if strings.EqualFold(p.Charset, "us-ascii") {
		if raw, err := charmap.Windows1252.NewEncoder().Bytes(p.Content); err == nil {
			return toUTF8(string(raw))
		}
	}
	return toUTF8(string(p.Content))
}

func appendText(b *strings.Builder, text string, limit int) {
	if left := limit - b.Len(); len(text) > left {
		text = strings.ToValidUTF8(text[:max(left, 0)], "")
	}
	if b.Len() > 0 && text != "" {
		b.WriteString("\n\n")
	}
	b.WriteString(text)
}

// finish makes the message's texts of what was collected.
func (r *reader) finish() {
	m := r.m
	text := readable(r.plain.String())
	if page := r.html.String(); !readableAsTree(page) {
		if text == "" {
			text = tagless(page)
		}
	} else if page != "" {
		page = withoutHidden(page)
		if r.limits.policy == nil {
			r.limits.policy = mailPolicy()
		}
		m.HTML = sanitise(r.limits.policy, page)
		if text == "" {
			text = PlainText(page)
		}
	}
	if m.Nature == Bounce || m.Nature == Complaint {
		if r.report != nil {
			readReport(r.delivery(), r.report)
		}
		m.Text = text
		return
	}
	m.Text, m.Quoted = Fold(text)
	m.Forwarded = forwarded(m.Subject, m.Quoted)
	for _, n := range r.notes {
		m.Text = strings.TrimSpace(m.Text + "\n\n" + n)
	}
	m.Language = language(m.Text)
}
