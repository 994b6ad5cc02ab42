package billing

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/currency"

	"liaison/internal/errs"
)

// amountText is a decimal number with at most twelve digits before the point.
var amountText = regexp.MustCompile(`^(-?)([0-9]{1,12})(?:\.([0-9]{1,4}))?$`)

// ParseAmount reads an amount like "1234.50" of a currency into its smallest unit. What cannot be is named by the
// fields "amount" and "currency": what is missing of the two, a currency that does not exist, an amount that is no number,
// not above zero, or finer than the currency is. An amount cannot be read without its currency.
func ParseAmount(text, code string) (amount int64, bad []errs.Field) {
	if bad = needBoth(text, code); len(bad) > 0 {
		return 0, bad
	}
	unit, err := currency.ParseISO(code)
	if err != nil || code != unit.String() || noMoney(code) {
		return 0, []errs.Field{errs.BadField("currency", "billing.unknown_currency")}
	}
	parts := amountText.FindStringSubmatch(strings.TrimSpace(text))
	digits, _ := currency.Standard.Rounding(unit)
	switch {
	case parts == nil:
		return 0, []errs.Field{errs.BadField("amount", "billing.not_an_amount")}
	case len(parts[3]) > digits:
		return 0, []errs.Field{errs.BadField("amount", "billing.too_fine", "digits", digits, "currency", code)}
	case parts[1] == "-":
		return 0, []errs.Field{errs.BadField("amount", "contract.amount_positive")}
	}
	amount, err = strconv.ParseInt(parts[2]+parts[3]+strings.Repeat("0", digits-len(parts[3])), 10, 64)
	if err != nil || amount == 0 {
		return 0, []errs.Field{errs.BadField("amount", "contract.amount_positive")}
	}
	return amount, nil
}

// needBoth: an amount is of a currency, and a currency is of an amount.
func needBoth(amount, code string) (bad []errs.Field) {
	if strings.TrimSpace(amount) == "" {
		bad = append(bad, errs.BadField("amount", "field.required"))
	}
	if strings.TrimSpace(code) == "" {
		bad = append(bad, errs.BadField("currency", "field.required"))
	}
	return bad
}

// noMoney: ISO 4217 keeps codes with X for what belongs to no country. Few of them are money that somebody pays with; the
// others are metals, funds, tests (XTS) and "no currency".
func noMoney(code string) bool {
	switch code {
	case "XAF", "XCD", "XOF", "XPF":
		return false
	}
	return code[0] == 'X'
}

// FormatAmount writes an amount as ParseAmount reads it; "" where nobody said how much.
func FormatAmount(amount int64, code string) string {
	unit, err := currency.ParseISO(code)
	if err != nil {
		return ""
	}
	digits, _ := currency.Standard.Rounding(unit)
	text := strconv.FormatInt(amount, 10)
	if digits == 0 {
		return text
	}
	text = strings.Repeat("0", max(0, digits+1-len(text))) + text
	return text[:len(text)-digits] + "." + text[len(text)-digits:]
}
