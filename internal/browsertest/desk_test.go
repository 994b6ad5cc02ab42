package browsertest

import (
	"strings"
	"testing"

	"liaison/internal/cases"
	"liaison/internal/contract"
)

// registered makes a case for a customer, as its liaison, and gives its number.
func (s *stage) registered(t *testing.T, liaison person, d cases.Details) string {
	t.Helper()
	a := s.actor(t, liaison)
	systems, err := s.Contract.Systems(t.Context(), a, contract.Filter{})
	if err != nil || len(systems.Items) == 0 {
		t.Fatalf("%s has no system: %v", liaison.Email, err)
	}
	sys := systems.Items[0]
	c, err := s.Cases.Register(t.Context(), a, cases.Registration{System: sys.ID, Environment: sys.Environments[0], Product: sys.Product,
		Release: sys.Version, Priority: 1, Details: d})
	if err != nil {
		t.Fatal(err)
	}
	return c.Number
}

func details(in words) cases.Details {
	return cases.Details{Subject: in.subject, Symptoms: in.symptoms, ErrorMessages: in.errors, StepsTaken: in.steps, Impact: in.impact}
}

// deskStory is a case on the desk from the queue to its remedy, with a second tab that follows.
func (s *stage) deskStory(t *testing.T, engineer person) {
	in := chinese()
	in.subject += engineer.Name // the search must tell the two stories apart
	number := s.registered(t, s.by(t, "chen.li"), details(in))
	w := s.window(t, engineer)
	w.visit("/desk")
	w.must("#row-" + number)
	other := w.second()
	other.visit("/desk/" + number)
	ask[bool](other, `window.sameDocument = true`)
	w.click("#row-" + number + " a.q-a")
	w.holds("the case opens beside the list", `location.pathname === "/desk/`+number+`" && document.querySelector("#text-`+number+`")`)

	w.press("i")
	w.holds("the owner is shown", `document.querySelector("#own-`+number+` .av:not(.none)")`)
	other.holds("the other tab hears of the owner", `window.sameDocument && document.querySelector("#own-`+number+` .av:not(.none)")`)

	w.asks(number, in)
	other.holds("the other tab hears of the question", `window.sameDocument && document.querySelector("#newer-`+number+` a")`)
	w.notes(number)
	w.resolves(number)
	w.movesByKeys()
	w.nothingCoversARow()
	w.bulkAndUndo()
	w.findsInChinese(number, in)
}

// asks replies with a question: the case waits for the customer.
func (w *window) asks(number string, in words) {
	w.t.Helper()
	w.press("r")
	w.holds("R leads into the field", `document.activeElement.id === "text-`+number+`"`)
	w.write("#text-"+number, in.answer)
	w.choose("#then-"+number, "waiting_customer")
	w.follow(`#composer-` + number + ` button.pri`)
	w.says("#work .tl", in.answer)
	w.must(`#st-` + number + ` .st`)
	w.must(`#work .ev .st.xs`)
}

// notes keeps an internal note: the form says by its look and its button that no customer sees it.
func (w *window) notes(number string) {
	w.t.Helper()
	plain := ask[string](w, `getComputedStyle(document.querySelector("#composer-`+number+` .cbox")).backgroundColor`)
	w.press("n")
	w.holds("N leads into the field", `document.activeElement.id === "text-`+number+`"`)
	if amber := ask[string](w, `getComputedStyle(document.querySelector("#composer-`+number+` .cbox")).backgroundColor`); amber == plain {
		w.t.Errorf("a note looks like a reply: both on %s", plain)
	}
	w.write("#text-"+number, "Only for us: the same as last week.")
	w.follow(`#composer-` + number + ` button.only-note`)
	w.says("#work .tl .ev.note", "Only for us")
}

// resolves ends the case with a remedy.
func (w *window) resolves(number string) {
	w.t.Helper()
	w.choose("#f-st-"+number, "resolved")
	w.choose("#f-re-"+number, "configuration_change")
	w.write(`#work form.quick input[name=reason]`, "The lock time was raised to 60 seconds.")
	w.click(`#work form.quick button.pri`)
	w.holds("the remedy is shown", `document.querySelector("#work .rail").innerText.includes("The lock time was raised")`)
}

// movesByKeys goes down and up in the list.
func (w *window) movesByKeys() {
	w.t.Helper()
	w.visit("/desk")
	rows := ask[[]string](w, `[...document.querySelectorAll("[data-row]")].slice(0, 3).map(a => new URL(a.href).pathname)`)
	if len(rows) < 3 {
		w.t.Fatalf("the queue has only %d rows", len(rows))
	}
	for _, step := range []struct{ key, path string }{{"j", rows[0]}, {"j", rows[1]}, {"k", rows[0]}} {
		w.press(step.key)
		w.holds(step.key+" opens "+step.path, `location.pathname === `+quoted(step.path)+` && document.activeElement.matches("[data-row]")`)
	}
}

// nothingCoversARow ticks the rows at the end of what can be seen, one after the other: the bar that has the actions must
// not come up over the row that is to be ticked next, nor move it.
func (w *window) nothingCoversARow() {
	w.t.Helper()
	for _, path := range []string{"/desk?view=list", "/desk?view=split"} {
		w.visit(path)
		for _, height := range []int64{900, 600, 640, 680} { // whatever part of a row is at the edge
			w.size(1440, height)
			missed := ask[[]string](w, `(async () => {
				const boxes = [...document.querySelectorAll("[data-select]")];
				boxes.forEach(b => { if (b.checked) b.click(); });
				const at = b => { const r = (b.closest("tr") ?? b.parentElement).getBoundingClientRect(); return [r.left + Math.min(r.width, 24) / 2, r.top + r.height / 2]; };
				const hit = b => (b.closest("tr") ?? b.closest(".q")).contains(document.elementFromPoint(...at(b)));
				const seen = boxes.filter(hit), before = seen.map(b => at(b)[1]);
				const last = seen.slice(-4), missed = [];
				last[0].click();
				await new Promise(requestAnimationFrame);
				seen.forEach((b, i) => { if (!hit(b) || at(b)[1] !== before[i]) missed.push(b.value); });
				last.slice(1).forEach(b => b.click());
				const said = document.querySelector("[data-selcount]").textContent;
				if (said !== String(last.length)) missed.push(said + " are counted");
				return missed;
			})()`)
			if len(missed) > 0 {
				w.t.Errorf("%s, %d high: after the first tick %q are covered or elsewhere", path, height, missed)
			}
		}
	}
	w.size(1440, 900)
	w.visit("/desk?view=list")
	w.click("[data-select-all]")
	w.holds("all rows are counted", `document.querySelector("[data-selcount]").textContent === String(document.querySelectorAll("[data-select]").length)`)
}

// bulkAndUndo takes two cases at once and gives them back. The stories do it one after the other: they pick the same,
// from the end of the list, where no case is that another story has registered a moment ago and takes or closes.
func (w *window) bulkAndUndo() {
	w.t.Helper()
	w.stage.bulk.Lock()
	defer w.stage.bulk.Unlock()
	w.visit("/desk?owner=none&view=list")
	free := ask[[]string](w, `[...document.querySelectorAll("[data-select]")].slice(-2).map(b => b.value)`)
	if len(free) < 2 {
		w.t.Fatalf("only %d cases are free", len(free))
	}
	for _, number := range free {
		w.click(`[data-select][value="` + number + `"]`)
	}
	w.says("[data-selcount]", "2")
	w.follow(`.bulk button[value=me]`)
	for _, number := range free {
		if w.has("#row-" + number) {
			w.t.Errorf("%s is still free after it was taken", number)
		}
	}
	if !ask[bool](w, `(b => b !== null && (b.focus(), true))(document.querySelector(".toast form button"))`) { // it stays while it has the focus
		w.t.Fatalf("nothing offers to take it back: %s", w.shows())
	}
	w.follow(`.toast form button`)
	w.visit("/desk?owner=none&view=list")
	for _, number := range free {
		w.must("#row-" + number)
	}
}

// findsInChinese searches with the field at the top.
func (w *window) findsInChinese(number string, in words) {
	w.t.Helper()
	w.press("/")
	w.holds("the slash leads to the search", `document.activeElement.name === "q"`)
	w.write(`input[name=q]`, "夜间加载 仪表板")
	status := w.leads(pressing("\r"))
	if status != 200 || w.path() != "/desk/search" {
		w.t.Fatalf("searching answers %d at %s", status, w.path())
	}
	w.must(`a[href*="` + number + `"]`)
	if got := w.text("main"); !strings.Contains(got, in.subject) {
		w.t.Errorf("the search shows %q", got)
	}
}
