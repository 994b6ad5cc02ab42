package mailmsg

import (
	"bufio"
	"bytes"
	"strings"
)

// nature says whether a person wrote the mail. The head decides; a subject such as "out of office" decides only with
// another sign, for people write about such mails too.
func nature(h header, contentType string, params map[string]string) Nature {
	auto, _, _ := strings.Cut(strings.ToLower(h.get("auto-submitted")), ";")
	auto = strings.TrimSpace(auto)
	precedence := strings.ToLower(strings.TrimSpace(h.get("precedence")))
	bulk := precedence == "bulk" || precedence == "list" || precedence == "junk" // "normal" and others are no sign
	switch {
	case contentType == "multipart/report":
		switch strings.ToLower(params["report-type"]) {
		case "feedback-report":
			return Complaint
		case "disposition-notification":
			return Replied
		}
		return Bounce
	case contentType == "message/delivery-status":
		return Bounce
	case auto == "auto-replied" || auto == "auto-notified":
		return Replied
	case h.has("x-autoreply") || h.has("x-autorespond") || h.has("x-auto-reply") || precedence == "auto_reply":
		return Replied
	case isNull(h.get("return-path")):
		if bounceSender(h.get("from")) {
			return Bounce
		}
		return Replied
	case absent(h.get("subject")) && (auto != "" && auto != "no" || h.has("x-auto-response-suppress") || bulk || h.has("x-qq-auto-reply")):
		return Replied // also where it calls itself generated, as Exchange does
	case auto != "" && auto != "no":
		return Generated
	case bounceSender(h.get("from")) && h.has("x-failed-recipients"):
		return Bounce
	case bulk || h.has("list-id") || h.has("list-unsubscribe"):
		return Bulk
	}
	return Human
}

func isNull(returnPath string) bool { return strings.ReplaceAll(returnPath, " ", "") == "<>" }

func bounceSender(from string) bool {
	from = strings.ToLower(from)
	return strings.Contains(from, "mailer-daemon@") || strings.Contains(from, "postmaster@")
}

// absent knows how mail programs begin the subject of an out-of-office answer.
func absent(subject string) bool {
	subject = strings.ToLower(decodeWords(subject))
	for _, begin := range []string{"automatic reply", "auto reply", "autoreply", "auto-reply", "out of office", "自动回复", "自動回覆", "自动答复",
		"自動応答", "自動返信", "不在通知", "automatische antwort", "abwesenheitsnotiz", "réponse automatique", "respuesta automática"} {
		if strings.HasPrefix(subject, begin) {
			return true
		}
	}
	return false
}

// readReport reads the fields of a delivery status (RFC 3464) or of a complaint (RFC 5965), whatever block they stand in.
func readReport(d *Delivery, text []byte) {
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "final-recipient", "original-recipient", "original-rcpt-to":
			if _, addr, typed := strings.Cut(value, ";"); typed {
				value = addr
			}
			if norm, ok := Normalise(strings.Trim(strings.TrimSpace(value), "<>")); ok && d.Recipient == "" {
				d.Recipient = norm
			}
		case "status":
			if d.Status == "" {
				d.Status, _, _ = strings.Cut(value, " ")
			}
		case "action":
			d.Permanent = d.Permanent || strings.EqualFold(value, "failed")
		}
	}
	d.Permanent = d.Permanent && !strings.HasPrefix(d.Status, "4.")
}
